// A module that reads made-up kernel types, in every way of running it: JavaScript reads plain objects, the IR
// interpreter and the kernel read bytes that lie as the made-up BTF says, the virtual machine objects that it lays out.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveCore } from "../btf/core.js";
import { decodeBtf } from "../btf/decode.js";
import { typeName } from "../btf/name.js";
import type { Btf, CoreRelocKind } from "../btf/types.js";
import { emit, optimise } from "../compiler/compile.js";
import { formatDiagnostics } from "../compiler/diagnostic.js";
import type { LoweredModule } from "../compiler/frontend/lower.js";
import { openProgram } from "../compiler/frontend/program.js";
import type { Machine } from "../compiler/ir/interpret.js";
import type { CoreInst } from "../compiler/ir/ir.js";
import { contextBytes, interpretModule, type Input, type Results } from "../compiler/run.test.support.js";
import { load } from "../loader/load.js";
import { readObject } from "../object/read.js";
import { emulate } from "../testing/emulate.js";
import { assert } from "../util/assert.js";
import type { Arena } from "./core-arena.test.support.js";
import { randomCoreModule } from "./core-module.test.support.js";
import { randomObjects, type CoreObjects } from "./core-objects.test.support.js";
import { randomTypes, type CoreTypes } from "./core-types.test.support.js";
import { evaluate } from "./evaluate.test.support.js";
import { makeRandom } from "./random.test.support.js";
import { allConfigs, type Config } from "./ways.test.support.js";

export interface CoreProof {
  readonly text: string;
  /** What differed, or undefined. */
  readonly failure: string | undefined;
  readonly kinds: ReadonlySet<CoreRelocKind>;
}

interface Case {
  readonly types: CoreTypes;
  readonly btf: Btf;
  readonly objects: CoreObjects;
  /** The second argument of each run. */
  readonly extra: readonly bigint[];
}

const runs = 6;

/** Without an arena everything but the kernel is tried. */
export async function proveCore(seed: number, arena: Arena | undefined): Promise<CoreProof> {
  const random = makeRandom(seed);
  const types = randomTypes(random);
  const objects = randomObjects(random, types, runs);
  const { text, javaScript } = randomCoreModule(random, types);
  const extra = Array.from({ length: runs }, () => random.bits());
  const all = { types, btf: decodeBtf(types.btf, "made up"), objects, extra };
  const kinds = new Set<CoreRelocKind>();
  const folder = mkdtempSync(join(tmpdir(), "tsbpf-core-"));
  let step = "JavaScript";
  try {
    const file = join(folder, "module.ts");
    writeFileSync(file, text);
    const expected = runInJavaScript(javaScript, all);
    arena?.write(objects.image(arena.address));
    for await (const [way, found] of everyWay(file, all, arena, kinds, (now) => (step = now))) {
      const difference = firstDifference(expected, found);
      if (difference !== undefined) return { text, failure: `${way}: ${difference}`, kinds };
    }
    return { text, failure: undefined, kinds };
  } catch (error) {
    return { text, failure: `${step}: ${error instanceof Error ? error.stack : String(error)}`, kinds };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function* everyWay(
  file: string,
  all: Case,
  arena: Arena | undefined,
  kinds: Set<CoreRelocKind>,
  begin: (step: string) => void,
): AsyncGenerator<readonly [string, Results]> {
  const source = openProgram(file);
  assert(source, `${file} cannot be read`);
  assert(source.diagnostics.length === 0, formatDiagnostics(source.diagnostics, { cwd: tmpdir() }));
  for (const passes of ["none", "all"] as const) {
    begin(`lower, passes ${passes}`);
    const lowered = optimise(source, { passes, verify: true });
    assert(lowered.diagnostics.length === 0, formatDiagnostics(lowered.diagnostics, { cwd: tmpdir() }));
    for (const config of allConfigs.filter((each) => each.passes === passes)) {
      const how = `passes ${config.passes}, ${config.cpu}`;
      begin(`emit, ${how}`);
      const { object, diagnostics } = emit(source, lowered, config);
      assert(object, formatDiagnostics(diagnostics, { cwd: tmpdir() }));
      for (const { kind } of readObject(object, "object").programs.flatMap((one) => one.coreRelocations))
        kinds.add(kind);
      if (isFirst(config)) {
        begin(`IR interpreter, ${how}`);
        yield [`IR interpreter, ${how}`, interpretCore(lowered, object, all)];
      }
      begin(`VM, ${how}`);
      yield [`VM, ${how}`, await runInVm(object, all)];
      begin(`kernel, ${how}`);
      if (arena) yield [`kernel, ${how}`, await runInKernel(object, all, arena)];
    }
  }
}

function isFirst({ cpu }: Config): boolean {
  return cpu === "v1";
}

function firstDifference(expected: Results, found: Results): string | undefined {
  for (const [name, results] of expected) {
    const others = found.get(name);
    const at = results.findIndex((result, index) => result !== others?.[index]);
    if (at >= 0) return `${name} gives ${others?.[at]} in run ${at}, JavaScript ${results[at]}`;
  }
  return undefined;
}

interface JavaScriptProgram {
  readonly handler: (ctx: { readonly args: readonly unknown[] }) => number;
}

function runInJavaScript(text: string, { objects, extra }: Case): Results {
  const programs = Object.entries(evaluate(text)) as [string, JavaScriptProgram][];
  return new Map(
    programs.map(([name, { handler }]) => [
      name,
      objects.roots.map(({ js }, index) => handler({ args: [js, extra[index]] }) >>> 0),
    ]),
  );
}

function inputsAt({ objects, extra }: Case, base: bigint): readonly Input[] {
  return objects.roots.map(({ offsetBytes }, index) => [base + BigInt(offsetBytes), extra[index] ?? 0n]);
}

const interpreterBase = 0xffff_8880_1234_0000n;

/** Kernel memory at a made-up address; relocations by their names, as the IR has no ids of types. */
function interpretCore(lowered: LoweredModule, object: Uint8Array, all: Case): Results {
  const image = all.objects.image(interpreterBase);
  const spec = readObject(object, "object");
  const { btf } = spec;
  assert(btf, "the object has no types");
  const relocs = spec.programs.flatMap((one) => one.coreRelocations);
  const values = new Map<string, bigint>();
  for (const { reloc, outcome } of resolveCore(btf, relocs, all.btf)) {
    assert(outcome.kind !== "error", `${reloc.kind} ${reloc.access} cannot be resolved`);
    // What is poisoned is never reached.
    const value = outcome.kind === "value" ? outcome.targetValue : 0n;
    values.set(`${reloc.kind} ${typeName(btf.type(reloc.typeId))} ${reloc.access}`, value);
  }
  const kernel: Pick<Machine, "kernelRead"> & Required<Pick<Machine, "core">> = {
    kernelRead(address, size) {
      const at = Number(address - interpreterBase);
      return at >= 0 && at + size <= image.length ? image.slice(at, at + size) : undefined;
    },
    core(inst: CoreInst) {
      const name = lowered.kernelRoots.get(inst.typeKey)?.name ?? "";
      const value = values.get(`${inst.reloc} ${name} ${inst.access}`);
      assert(value !== undefined, `${inst.reloc} ${name} ${inst.access} is not in the object`);
      return BigInt.asUintN(inst.type === "i32" ? 32 : 64, value);
    },
  };
  return interpretModule(lowered, inputsAt(all, interpreterBase), kernel);
}

async function runInVm(object: Uint8Array, all: Case): Promise<Results> {
  const emulator = await emulate(object, { btf: all.types.btf });
  const root = all.types.structs[0]?.name ?? "";
  const addresses = all.objects.roots.map(({ data }) => emulator.kernelObject(root, data));
  const inputs = addresses.map((address, index) => [address, all.extra[index] ?? 0n]);
  const results = Object.entries(emulator.programs).map(([name, program]): [string, number[]] => [
    name,
    inputs.map((input) => program.run(contextBytes(input)).returnValue >>> 0),
  ]);
  return new Map(results);
}

async function runInKernel(object: Uint8Array, all: Case, arena: Arena): Promise<Results> {
  await using loaded = await load(object, { btf: all.types.btf });
  const inputs = inputsAt(all, arena.address);
  const results = Object.entries(loaded.programs).map(([name, program]): [string, number[]] => [
    name,
    inputs.map((input) => program.testRun({ context: contextBytes(input) }).returnValue >>> 0),
  ]);
  return new Map(results);
}
