// Random programs in the live kernel and in the virtual machine: registers and memory must end up the same.
// More of them: TSBPF_FUZZ=5000 node --test …/vm/kernel.test.js

import assert from "node:assert/strict";
import { test } from "node:test";
import * as b from "../bpf/builders.js";
import { Alu, Class, encodeInsns, type Insn, Jmp, PseudoCall, PseudoLoad } from "../bpf/isa.js";
import { ProgType } from "../bpf/program-kinds.js";
import type { Kernel, KernelBytes } from "../sys/kernel.js";
import { openKernel } from "../sys/linux.js";
import { mayLoad } from "../compiler/run.test.support.js";
import { CONTEXT_BYTES, createRandom, randomProgram } from "./random-program.test.support.js";
import { runRaw } from "./raw.js";

const count = Number(process.env["TSBPF_FUZZ"] ?? 120);
const ARRAY = 2;
const key: KernelBytes = new Uint8Array(4);

/** What the verifier refuses though the machine has an answer: it becomes something else in both. */
function acceptable(insn: Insn): Insn {
  const insnClass = insn.opcode & 7;
  const operation = insn.opcode & 0xf0;
  const isImmediate = (insn.opcode & 8) === 0;
  if (insnClass === Class.JMP && operation === Jmp.JA) return { ...insn, offset: 0 };
  if (insnClass === Class.JMP32 && operation === Jmp.JA) return { ...insn, imm: 0 };
  if ((insnClass !== Class.ALU && insnClass !== Class.ALU64) || !isImmediate) return insn;
  const bits = insnClass === Class.ALU64 ? 64 : 32;
  const shifts: readonly number[] = [Alu.LSH, Alu.RSH, Alu.ARSH];
  if (shifts.includes(operation)) return { ...insn, imm: insn.imm & (bits - 1) };
  const divides = operation === Alu.DIV || operation === Alu.MOD;
  return divides && insn.imm === 0 ? { ...insn, imm: 7 } : insn;
}

/** The program with r9 as the address of the map's value (in the machine: of a data section). */
function withMemory(program: readonly Insn[], descriptor: number): Insn[] {
  const address = b.ldImm64(9, BigInt(descriptor), PseudoLoad.MAP_VALUE);
  // The first instruction takes the context's address, of which this program has no use.
  const calls = program.some(({ opcode, src }) => opcode === (Class.JMP | Jmp.CALL) && src === PseudoCall.BPF);
  // A function that is never called is unreachable code.
  const end = calls ? program.length : program.findIndex(({ opcode }) => opcode === (Class.JMP | Jmp.EXIT)) + 1;
  return [...address, ...program.slice(1, end).map(acceptable)];
}

function runInKernel(kernel: Kernel, mapFd: number, insns: readonly Insn[], memory: Uint8Array): KernelResult {
  const log: KernelBytes = new Uint8Array(1 << 16);
  const fd = kernel.progLoad({
    type: ProgType.SYSCALL,
    expectedAttachType: 0,
    flags: 0x10,
    attachBtfId: 0,
    insns: encodeInsns(insns),
    license: "GPL",
    name: "random",
    debug: undefined,
    log,
    logLevel: 1,
  });
  if (fd < 0)
    return {
      status: fd,
      log: Buffer.from(log)
        .toString("latin1")
        .replace(/\0[\s\S]*/, "")
        .slice(-800),
    };
  try {
    assert.equal(kernel.mapUpdate(mapFd, key, new Uint8Array(memory), 0n), 0);
    const context: KernelBytes = new Uint8Array(8);
    const run = kernel.progTestRun(fd, { context, data: undefined, repeat: 0, dataOutBytes: 0 });
    const after: KernelBytes = new Uint8Array(CONTEXT_BYTES);
    assert.equal(run.status, 0);
    assert.equal(kernel.mapLookup(mapFd, key, after), 0);
    return { status: 0, returnValue: run.returnValue >>> 0, memory: Buffer.from(after).toString("hex") };
  } finally {
    kernel.close(fd);
  }
}

type KernelResult =
  | { readonly status: 0; readonly returnValue: number; readonly memory: string }
  | { readonly status: number; readonly log: string };

test("random programs end in the kernel as in the virtual machine", (t) => {
  if (!mayLoad(t)) return;
  const kernel = openKernel();
  const map = { type: ARRAY, keySize: 4, valueSize: CONTEXT_BYTES, maxEntries: 1, flags: 0, name: "memory" };
  const mapFd = kernel.mapCreate({ ...map, btfFd: 0, keyTypeId: 0, valueTypeId: 0 });
  assert.ok(mapFd >= 0, `map: ${mapFd}`);
  try {
    const refused: string[] = [];
    for (let seed = 1; seed <= count; seed++) {
      const random = createRandom(seed + 100_000);
      const program = randomProgram(random, 5 + (seed % 40));
      const memory = Uint8Array.from({ length: CONTEXT_BYTES }, () => random.below(256));
      const expected = runInKernel(kernel, mapFd, withMemory(program, mapFd), memory);
      if (!("memory" in expected)) {
        refused.push(`seed ${seed}: ${expected.status}\n${expected.log}`);
        continue;
      }
      const data = [{ name: "memory", bytes: memory, readOnly: false }];
      const outcome = runRaw({ insns: withMemory(program, 0), data, context: new Uint8Array(8) });
      const actual = { returnValue: Number(outcome.r0 & 0xffffffffn), memory: outcome.data[0] };
      assert.deepEqual(actual, { returnValue: expected.returnValue, memory: expected.memory }, `seed ${seed}`);
    }
    // Some are too much for the verifier; most must not be, or the test would show nothing.
    assert.ok(refused.length < count / 10, `${refused.length} of ${count} were refused:\n${refused[0]}`);
  } finally {
    kernel.close(mapFd);
  }
});
