// What runs a program of test/cases/run in three ways: as JavaScript, in the IR interpreter, and in the live kernel.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { TestContext } from "node:test";
import { load } from "../loader/load.js";
import { probeCapabilities } from "../loader/features.js";
import { unsupportedPlatform } from "../sys/linux.js";
import {
  addRegion,
  createMemory,
  interpret,
  readMemory,
  writeMemory,
  type Machine,
  type Region,
} from "./ir/interpret.js";
import type { CpuLevel } from "./codegen/code.js";
import { compile } from "./compile.js";
import { formatDiagnostics } from "./diagnostic.js";
import { lowerModule } from "./frontend/lower.js";
import type { MapDeclaration } from "./frontend/operands.js";
import { openProgram } from "./frontend/program.js";
import { sizeOf } from "./frontend/types.js";
import { ts } from "./frontend/typescript.js";
import { runPasses } from "./passes/pipeline.js";

export const casesFolder = fileURLToPath(new URL("../../test/cases/", import.meta.url));

/** The twelve registers of a raw tracepoint's context. */
export type Input = readonly bigint[];
/** For each program, the 32-bit result for each input in order. */
export type Results = ReadonlyMap<string, readonly number[]>;

export type Passes = "all" | "none";

/** Whether programs can be loaded here; otherwise a loud skip, and a failure where CI is set. */
export function mayLoad(t: TestContext): boolean {
  const { missing, effective } = probeCapabilities();
  const isMissing = effective === undefined || missing.length > 0;
  const reason = unsupportedPlatform() ?? (isMissing ? `loading programs needs ${missing.join(" and ")}` : undefined);
  if (reason === undefined) return true;
  assert.ok(!process.env["CI"], reason);
  t.skip(`SKIPPED, NOT CHECKED: ${reason}`);
  return false;
}

export function objectOf(file: string, passes: Passes, cpu: CpuLevel): Uint8Array {
  const { object, diagnostics } = compile({ file, passes, cpu, verify: true });
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
  const module = await importCase(file);
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
  const lowered = lowerModule(source);
  assert.deepEqual(lowered.diagnostics, []);
  runPasses(lowered.ir, { verify: true, passes });
  const entries: Region[] = [];
  const machine = mapMachine(lowered.maps, entries);
  const results = new Map<string, readonly number[]>();
  for (const func of lowered.ir.functions.toSorted((a, b) => compareNames(a.name, b.name))) {
    const run = (args: Input): number => {
      // The interpreter takes away what was added while it ran; the entries of maps stay.
      machine.memory.regions.splice(0, Infinity, ...entries);
      const context = addRegion(machine.memory, "context", contextBytes(args));
      return Number(BigInt.asUintN(32, interpret(func, [context.base], machine) ?? 0n));
    };
    results.set(func.name, inputs.map(run));
  }
  return results;
}

/** Helpers on maps, as the kernel has them; the memory of entries is noted in `regions`. */
export function mapMachine(maps: readonly MapDeclaration[], regions: Region[]): Machine {
  const memory = createMemory();
  const byAddress = new Map(maps.map((map, index) => [BigInt(index + 1) << 48n, openMap(memory, map, regions)]));
  const addresses = new Map([...byAddress].map(([address, { map }]) => [map.name, address]));
  return {
    memory,
    kernelRead: () => undefined,
    mapAddress: (name) => addresses.get(name) ?? assert.fail(`no map ${name}`),
    call(inst, [first = 0n, second = 0n, third = 0n]) {
      const map = byAddress.get(first) ?? assert.fail(`helper ${inst.helper} on no map`);
      const key = Buffer.from(readMemory(memory, second, map.keyBytes)).toString("hex");
      if (inst.helper === 1) return map.find(key) ?? 0n;
      if (inst.helper === 2) return map.store(key, readMemory(memory, third, map.valueBytes)) ? 0n : -7n;
      if (inst.helper === 3) return map.entries.delete(key) ? 0n : -2n;
      return assert.fail(`helper ${inst.helper} is not part of this machine`);
    },
  };
}

interface OpenMap {
  readonly map: MapDeclaration;
  readonly keyBytes: number;
  readonly valueBytes: number;
  readonly entries: Map<string, bigint>;
  find(key: string): bigint | undefined;
  store(key: string, value: Uint8Array): boolean;
}

function openMap(memory: Machine["memory"], map: MapDeclaration, regions: Region[]): OpenMap {
  assert.ok(map.key && map.value, `${map.name} has no entries`);
  const valueBytes = sizeOf(map.value);
  const entries = new Map<string, bigint>();
  const isArray = map.kind !== "hash";
  const add = (key: string, value: Uint8Array): bigint => {
    const region = addRegion(memory, map.name, value);
    regions.push(region);
    entries.set(key, region.base);
    return region.base;
  };
  const find = (key: string): bigint | undefined => {
    const known = entries.get(key);
    if (known !== undefined || !isArray || Buffer.from(key, "hex").readUInt32LE() >= map.maxEntries) return known;
    return add(key, new Uint8Array(valueBytes));
  };
  const store = (key: string, value: Uint8Array): boolean => {
    const known = find(key);
    if (known !== undefined) writeMemory(memory, known, value);
    else if (isArray || entries.size >= map.maxEntries) return false;
    else add(key, value.slice());
    return true;
  };
  return { map, keyBytes: sizeOf(map.key), valueBytes, entries, find, store };
}

// ---- the kernel -------------------------------------------------------------------------------------------------

export async function runKernel(object: Uint8Array, inputs: readonly Input[]): Promise<Results> {
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
