// What runs a program of test/cases/run in three ways: as JavaScript, in the IR interpreter, and in the live kernel.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { onPrintk } from "../lang/printk.js";
import { load } from "../loader/load.js";
import { mayLoad } from "../loader/may-load.test.support.js";
import { stayOnOneCpu } from "../loader/one-cpu.test.support.js";
import type { Func } from "./ir/ir.js";
import { addRegion, interpret, type Machine, type Region } from "./ir/interpret.js";
import { defaultKernel, parseKernel } from "./frontend/target.js";
import { mapMachine, type CallBack } from "./map-machine.test.support.js";
import type { CpuLevel } from "./codegen/code.js";
import { compile } from "./compile.js";
import { formatDiagnostics } from "./diagnostic.js";
import { lowerModule, type LoweredModule } from "./frontend/lower.js";
import { openProgram } from "./frontend/program.js";
import { ts } from "./frontend/typescript.js";
import { runPasses } from "./passes/pipeline.js";

export const casesFolder = fileURLToPath(new URL("../../test/cases/", import.meta.url));

/** The twelve registers of a raw tracepoint's context. */
export type Input = readonly bigint[];
/** For each program, the 32-bit result for each input in order. */
export type Results = ReadonlyMap<string, readonly number[]>;

export type Passes = "all" | "none";

export { mayLoad };

const levels: readonly CpuLevel[] = ["v1", "v2", "v3", "v4"];

/** Those that the case names, "// cpu: v3 v4", where it needs what others do not have. */
export function levelsOf(file: string): readonly CpuLevel[] {
  const named = /^\/\/ cpu: (.+)$/m.exec(readFileSync(file, "utf8"))?.[1]?.split(" ");
  return named ? levels.filter((level) => named.includes(level)) : levels;
}

/** The oldest kernel that the case is compiled for: "// kernel: 5.17" where it is not the usual one. */
export function kernelOf(file: string): string {
  return /^\/\/ kernel: (.+)$/m.exec(readFileSync(file, "utf8"))?.[1] ?? "5.10";
}

export function objectOf(file: string, passes: Passes, cpu: CpuLevel, kernel = kernelOf(file)): Uint8Array {
  const { object, diagnostics } = compile({ file, passes, cpu, kernel, verify: true });
  assert.ok(object, formatDiagnostics(diagnostics, { cwd: casesFolder }));
  return object;
}

// ---- JavaScript -------------------------------------------------------------------------------------------------

interface JavaScriptProgram {
  readonly handler: (ctx: { readonly args: Input }) => number | boolean | void;
}

/** The module as JavaScript; `tsbpf` is the one that this test belongs to. */
export async function importCase(file: string): Promise<Record<string, unknown>> {
  const folder = mkdtempSync(join(tmpdir(), "tsbpf-run-"));
  try {
    const from = join(file, "..");
    const language = new URL("../index.js", import.meta.url).href;
    for (const name of readdirSync(from).filter((other) => other.endsWith(".ts"))) {
      const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
      const { outputText } = ts.transpileModule(readFileSync(join(from, name), "utf8"), { compilerOptions: options });
      const text = outputText.replaceAll(/from "tsbpf"/g, `from ${JSON.stringify(language)}`);
      writeFileSync(join(folder, name.replace(/\.ts$/, ".js")), text);
    }
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    const compiled = join(folder, file.slice(from.length + 1).replace(/\.ts$/, ".js"));
    return (await import(pathToFileURL(compiled).href)) as Record<string, unknown>;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function runJavaScript(file: string, inputs: readonly Input[]): Promise<Results> {
  return runModule(await importCase(file), inputs);
}

/** The programs of a module that is there as JavaScript. */
export function runModule(module: Record<string, unknown>, inputs: readonly Input[]): Results {
  onPrintk(() => undefined);
  const programs = Object.entries(module).filter((entry): entry is [string, JavaScriptProgram] => {
    const value = entry[1];
    return typeof value === "object" && value !== null && "programKind" in value;
  });
  programs.sort(([a], [b]) => compareNames(a, b));
  return new Map(programs.map(([name, { handler }]) => [name, inputs.map((args) => toU32(handler({ args })))]));
}

/** Programs that share maps run in one order everywhere. */
function compareNames(a: string, b: string): number {
  return a < b ? -1 : 1;
}

function toU32(value: number | boolean | void): number {
  assert.ok(
    value === undefined || typeof value === "boolean" || Number.isSafeInteger(value),
    `result ${String(value)}`,
  );
  return Number(BigInt.asUintN(32, BigInt(value ?? 0)));
}

// ---- the interpreter --------------------------------------------------------------------------------------------

export function runInterpreter(file: string, inputs: readonly Input[], passes: Passes): Results {
  const source = openProgram(file);
  assert.ok(source, file);
  assert.deepEqual(source.diagnostics, []);
  const lowered = lowerModule(source, { cpu: "v3", kernel: parseKernel(kernelOf(file)) ?? defaultKernel });
  assert.deepEqual(lowered.diagnostics, []);
  runPasses(lowered.ir, { verify: true, passes });
  return interpretModule(lowered, inputs);
}

/** A module's IR, after whichever passes. */
export function interpretModule(
  lowered: LoweredModule,
  inputs: readonly Input[],
  kernel: Partial<Pick<Machine, "kernelRead" | "core">> = {},
): Results {
  const entries: Region[] = [];
  const { functions } = lowered.ir;
  const functionNamed = (name: string): Func | undefined => functions.find((func) => func.name === name);
  // Addresses far from those of memory.
  const functionAddress = (name: string): bigint => (1n << 62n) + BigInt(functions.findIndex((f) => f.name === name));
  const functionAt = (address: bigint): Func => functions[Number(address - (1n << 62n))] ?? assert.fail("no function");
  const callBack: CallBack = (address, args) => interpret(functionAt(address), args, full) ?? 0n;
  const machine = { ...mapMachine(lowered.maps, entries, callBack), ...kernel };
  const data = new Map(lowered.data.map(({ name, bytes }) => [name, addRegion(machine.memory, name, bytes.slice())]));
  entries.push(...data.values());
  const dataAddress = (section: string): bigint => data.get(section)?.base ?? assert.fail(`no section ${section}`);
  const results = new Map<string, readonly number[]>();
  const full: Machine = { ...machine, dataAddress, functionNamed, functionAddress };
  const programs = lowered.ir.functions.filter((func) => func.section !== undefined);
  for (const func of programs.toSorted((a, b) => compareNames(a.name, b.name))) {
    const run = (args: Input): number => {
      // The interpreter takes away what was added while it ran; the entries of maps stay.
      machine.memory.regions.splice(0, Infinity, ...entries);
      const context = addRegion(machine.memory, "context", contextBytes(args));
      return Number(BigInt.asUintN(32, interpret(func, [context.base], full) ?? 0n));
    };
    results.set(func.name, inputs.map(run));
  }
  return results;
}

// ---- the kernel -------------------------------------------------------------------------------------------------

export async function runKernel(object: Uint8Array, inputs: readonly Input[]): Promise<Results> {
  stayOnOneCpu();
  await using loaded = await load(object);
  const results = new Map<string, readonly number[]>();
  for (const [name, program] of Object.entries(loaded.programs).sort(([a], [b]) => compareNames(a, b))) {
    const run = (args: Input): number => program.testRun({ context: contextBytes(args) }).returnValue >>> 0;
    results.set(name, inputs.map(run));
  }
  return results;
}

export function contextBytes(args: Input): Uint8Array {
  return new Uint8Array(BigUint64Array.from({ length: 12 }, (_, index) => args[index] ?? 0n).buffer);
}
