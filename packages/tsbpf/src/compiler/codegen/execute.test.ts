// Random IR programs run in the live kernel at every instruction set level and must do what the IR interpreter does.
// More than the usual number: TSBPF_FUZZ=3000 node --test …/codegen/execute.test.js; one of them: TSBPF_FUZZ_SEED=17.

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { encodeInsns, type Insn } from "../../bpf/isa.js";
import type { Kernel, KernelBytes } from "../../sys/kernel.js";
import { openKernel } from "../../sys/linux.js";
import { addRegion, createMemory, interpret, writeMemory } from "../ir/interpret.js";
import type { Func } from "../ir/ir.js";
import { printFunc } from "../ir/text.js";
import { verifyFunc } from "../ir/verify.js";
import type { CpuLevel, MachineCode } from "./code.js";
import { generate } from "./generate.js";
import {
  edgeValue,
  INPUTS,
  longFunc,
  makeRandom,
  PACKET_BYTES,
  randomFunc,
  VALUE_BYTES,
} from "./random-ir.test.support.js";

const levels: readonly CpuLevel[] = ["v1", "v2", "v3", "v4"];
const BPF_MAP_TYPE_ARRAY = 2;
const BPF_PROG_TYPE_SCHED_CLS = 3;
const E2BIG = 7;

interface Outcome {
  readonly result: number;
  readonly value: Uint8Array;
}

interface Tally {
  runs: number;
  tooLarge: number;
  tooComplex: number;
}

test("random programs do in the kernel what the interpreter does", async (t) => {
  const target = await openTarget(t);
  if (!target) return;
  const only = process.env["TSBPF_FUZZ_SEED"];
  const count = Number(process.env["TSBPF_FUZZ"] ?? 200);
  const seeds = only ? [Number(only)] : Array.from({ length: count }, (_, index) => index + 1);
  const tally: Tally = { runs: 0, tooLarge: 0, tooComplex: 0 };
  for (const seed of seeds) {
    for (const cpu of levels) compare(target, randomFunc(seed), cpu, seed, tally);
  }
  t.diagnostic(`${tally.runs} runs, ${tally.tooLarge} frames too large, ${tally.tooComplex} too complex to verify`);
  assert.ok(tally.runs >= seeds.length * levels.length * 0.9, `only ${tally.runs} programs ran`);
});

test("jumps of more than 16 bits", async (t) => {
  for (const cpu of ["v1", "v2", "v3"] as const) {
    const problem = generate(longFunc(), { cpu });
    assert.ok(problem.kind === "jump-too-far" && Math.abs(problem.distance) > 0x7fff, `${cpu}: ${problem.kind}`);
  }
  const target = await openTarget(t);
  if (!target) return;
  const tally: Tally = { runs: 0, tooLarge: 0, tooComplex: 0 };
  for (const seed of [1, 2, 3]) compare(target, longFunc(), "v4", seed, tally);
  assert.equal(tally.runs, 3);
});

interface Target {
  readonly kernel: Kernel;
  readonly mapFd: number;
}

/** Undefined where the kernel may not be used, which the test says aloud; in CI that is a failure. */
async function openTarget(t: TestContext): Promise<Target | undefined> {
  const kernel = openKernel();
  const mapFd = createMap(kernel);
  if (mapFd >= 0) {
    t.after(() => kernel.close(mapFd));
    return { kernel, mapFd };
  }
  const reason = `bpf(2) does not work here (errno ${-mapFd}): nothing was executed`;
  assert.ok(!process.env["CI"], reason);
  console.error(`SKIPPED: ${reason}`);
  t.skip(reason);
  return undefined;
}

function compare({ kernel, mapFd }: Target, func: Func, cpu: CpuLevel, seed: number, tally: Tally): void {
  verifyFunc(func);
  const random = makeRandom(seed ^ 0x5eed);
  const input = new Uint8Array(VALUE_BYTES);
  const view = new DataView(input.buffer);
  for (let index = 0; index < INPUTS; index++) view.setBigUint64(index * 8, edgeValue(random), true);
  const packet = Uint8Array.from({ length: PACKET_BYTES }, () => random.below(256));
  const name = `${func.name}, seed ${seed}, ${cpu}`;
  const code = generate(func, { cpu });
  if (code.kind !== "code") {
    assert.equal(code.kind, "frame-too-large", name);
    tally.tooLarge++;
    return;
  }
  assert.deepEqual(generate(func, { cpu }), code, `${name}: not the same twice`);
  const actual = runInKernel(kernel, mapFd, code, input, packet, name);
  if (!actual) {
    tally.tooComplex++;
    return;
  }
  tally.runs++;
  const expected = runInInterpreter(func, input, packet);
  const text = (): string => `${name} differs from the interpreter:\n${printFunc(func).slice(0, 20_000)}`;
  if (!sameBytes(actual.value, expected.value)) assert.deepEqual([...actual.value], [...expected.value], text());
  assert.equal(actual.result, expected.result, text());
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function runInInterpreter(func: Func, input: Uint8Array, packet: Uint8Array): Outcome {
  const memory = createMemory();
  const value = addRegion(memory, "map value", input.slice());
  const result = interpret(func, [0x1000n], {
    memory,
    kernelRead: () => undefined,
    mapAddress: () => 0x2000n,
    call: (inst, args) => {
      if (inst.helper === 1) return value.base;
      if (inst.helper === 5) return 0x1234_5678_9abc_def0n;
      assert.equal(inst.helper, 26);
      const [, from = 0n, to = 0n, size = 0n] = args;
      writeMemory(memory, to, packet.slice(Number(from), Number(from + size)));
      return 0n;
    },
  });
  return { result: Number(result), value: value.bytes };
}

// ---- the kernel ---------------------------------------------------------------------------------------------------

function createMap(kernel: Kernel): number {
  return kernel.mapCreate({
    type: BPF_MAP_TYPE_ARRAY,
    keySize: 4,
    valueSize: VALUE_BYTES,
    maxEntries: 1,
    flags: 0,
    name: "values",
    btfFd: 0,
    keyTypeId: 0,
    valueTypeId: 0,
  });
}

function owned(bytes: Uint8Array): KernelBytes {
  const copy = new Uint8Array(new ArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

/** Undefined when the verifier gave up for lack of time: it explores far more paths than the program has. */
function runInKernel(
  kernel: Kernel,
  mapFd: number,
  code: MachineCode,
  input: Uint8Array,
  packet: Uint8Array,
  name: string,
): Outcome | undefined {
  const insns = patchMap(code, mapFd);
  const load = (log: KernelBytes | undefined): number =>
    kernel.progLoad({
      type: BPF_PROG_TYPE_SCHED_CLS,
      expectedAttachType: 0,
      flags: 0,
      attachBtfId: 0,
      insns: encodeInsns(insns),
      license: "GPL",
      name: "fuzz",
      debug: undefined,
      log,
      logLevel: 1,
    });
  const progFd = load(undefined);
  if (progFd === -E2BIG) return undefined;
  if (progFd < 0) {
    const log = new Uint8Array(new ArrayBuffer(1 << 24));
    load(log);
    const text = Buffer.from(log).toString("latin1").replace(/\0.*$/s, "");
    if (/BPF program is too large|too complex/.test(text)) return undefined;
    assert.fail(`${name}: the kernel refuses the program (errno ${-progFd}):\n${text.slice(-3000)}`);
  }
  const key = new Uint8Array(new ArrayBuffer(4));
  assert.equal(kernel.mapUpdate(mapFd, key, owned(input), 0n), 0, name);
  const run = kernel.progTestRun(progFd, { context: undefined, data: owned(packet), dataOutBytes: 0, repeat: 1 });
  assert.equal(run.status, 0, `${name}: test run`);
  const value = new Uint8Array(new ArrayBuffer(VALUE_BYTES));
  assert.equal(kernel.mapLookup(mapFd, key, value), 0, name);
  kernel.close(progFd);
  return { result: run.returnValue, value };
}

function patchMap(code: MachineCode, mapFd: number): Insn[] {
  const insns = [...code.insns];
  for (const { insnIndex } of code.relocations) insns[insnIndex] = { ...(insns[insnIndex] as Insn), imm: mapFd };
  return insns;
}
