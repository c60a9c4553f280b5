// The disassembler against texts, against LLVM's on every opcode, and on random bytes.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import * as build from "./builders.js";
import { disassemble, type DisassembleOptions } from "./disasm.js";
import { decodeInsns, encodeInsns, type Insn, PseudoLoad } from "./isa.js";
import { validOpcodes } from "./opcodes.js";

const { Atomic } = build;

function check(insn: Insn | readonly Insn[], expected: string, options: DisassembleOptions = {}): void {
  const insns = "opcode" in insn ? [insn] : insn;
  assert.deepEqual(
    disassemble(insns, options).map((line) => line.text),
    [expected],
  );
}

test("instructions print in the verifier's style", () => {
  check(build.mov32Imm(0, 0), "w0 = 0");
  check(build.mov64Imm(1, -5), "r1 = -5");
  check(build.load("DW", 1, 6, 8), "r1 = *(u64 *)(r6 +8)");
  check(build.loadSigned("H", 1, 6, -8), "r1 = *(s16 *)(r6 -8)");
  check(build.store("W", 10, 3, -4), "*(u32 *)(r10 -4) = r3");
  check(build.storeImm("B", 10, -1, 9), "*(u8 *)(r10 -1) = 9");
  check(build.jump32Imm("JEQ", 1, 0, 3), "if w1 == 0x0 goto +3");
  check(build.jumpReg("JSLE", 1, 2, -3), "if r1 s<= r2 goto -3");
  check(build.jumpImm("JSET", 1, -1, 0), "if r1 & 0xffffffff goto +0");
  check(build.ja(-1), "goto -1");
  check(build.jaLong(70000), "gotol +70000");
  check(build.call(16), "call bpf_get_current_comm#16");
  check(build.call(9999), "call unknown#9999");
  check(build.callBpf(4), "call pc+4");
  check(build.callBpf(4), "call helper_function", { functionName: () => "helper_function" });
  check(build.callKfunc(77), "call kernel-function#77");
  check(build.exit(), "exit");
  check(build.movsx64(1, 2, 32), "r1 = (s32)r2");
  check(build.movsx32(1, 2, 8), "w1 = (s8)w2");
  check(build.signed32Reg("MOD", 1, 2), "w1 s%= w2");
  check(build.signed64Imm("DIV", 1, -7), "r1 s/= -7");
  check(build.neg64(4), "r4 = -r4");
  check(build.toEndian(4, "be", 32), "r4 = be32 r4");
  check(build.bswap(4, 64), "r4 = bswap64 r4");
  check(build.atomic("DW", Atomic.ADD, 1, 2, 0), "lock *(u64 *)(r1 +0) += r2");
  check(build.atomic("W", Atomic.XOR | Atomic.FETCH, 1, 2, 4), "r2 = atomic_fetch_xor((u32 *)(r1 +4), r2)");
  check(build.atomic("DW", Atomic.XCHG, 1, 2, 0), "r2 = atomic64_xchg((u64 *)(r1 +0), r2)");
  check(build.atomic("DW", Atomic.CMPXCHG, 1, 2, 0), "r0 = atomic64_cmpxchg((u64 *)(r1 +0), r0, r2)");
  check(build.atomic("B", Atomic.LOAD_ACQ, 1, 2, 0), "r1 = load_acquire((u8 *)(r2 +0))");
  check(build.atomic("H", Atomic.STORE_REL, 1, 2, 0), "store_release((u16 *)(r1 +0), r2)");
  check(build.ldImm64(1, 0x123456789n), "r1 = 0x123456789 ll");
  check(build.ldImm64(1, 5n, PseudoLoad.MAP_FD), "r1 = map[fd:5] ll");
  check(build.ldImm64(1, 0n, PseudoLoad.MAP_FD), "r1 = map[events] ll", { mapName: () => "events" });
  check(build.ldImm64(1, 16n << 32n, PseudoLoad.MAP_VALUE), "r1 = map[.bss][0]+16 ll", { mapName: () => ".bss" });
  check(build.ldImm64(1, 6n, PseudoLoad.FUNC), "r1 = func[+6] ll");
  check(build.exit(), "exit ; the end", { annotate: (insnIndex) => (insnIndex === 0 ? "the end" : undefined) });
});

test("the second slot of a 64-bit load has no line of its own", () => {
  const lines = disassemble([...build.ldImm64(1, 1n), build.exit()]);
  assert.deepEqual(
    lines.map((line) => line.insnIndex),
    [0, 2],
  );
});

test("what does not exist prints as invalid", () => {
  const bad: readonly (readonly Insn[])[] = [
    [{ opcode: 0xff, dst: 0, src: 0, offset: 0, imm: 0 }],
    [{ ...build.mov64Imm(1, 0), dst: 11 }],
    [{ ...build.mov64Reg(1, 2), src: 12 }],
    [{ ...build.alu64Imm("ADD", 1, 2), offset: 1 }],
    [{ ...build.bswap(1, 16), imm: 17 }],
    [build.atomic("B", Atomic.ADD, 1, 2, 0)],
    [build.atomic("DW", 0x77, 1, 2, 0)],
    [{ ...build.ldImm64(1, 1n)[0], src: 9 }, build.ldImm64(1, 1n)[1]],
    [build.ldImm64(1, 1n)[0]],
    [build.ldImm64(1, 1n)[0], build.exit()],
    [{ ...build.call(1), src: 5 }],
  ];
  for (const insns of bad) assert.match(disassemble(insns)[0]?.text ?? "", /^invalid 0x[0-9a-f]{2} /);
});

test("random bytes always have a text", () => {
  let state = 12345;
  const random = (): number => (state = (Math.imul(state, 1103515245) + 12345) >>> 0) >>> 16;
  const bytes = Uint8Array.from({ length: 8 * 20_000 }, () => random() & 0xff);
  for (const line of disassemble(decodeInsns(bytes, "random"))) assert.match(line.text, /^\S[^\n]*$/);
});

/** Instructions of every opcode that LLVM has a spelling for; classic packet loads differ in what they print. */
function samples(): (readonly Insn[])[] {
  const regular = validOpcodes
    .filter((opcode) => opcode !== 0x18 && (opcode & 7) !== 0 && (opcode & 0xe7) !== 0xc3)
    .filter((opcode) => (opcode & 0xf7) !== 0xd4 && opcode !== 0xd7)
    .map((opcode) => [sample(opcode)]);
  const more = [
    ...build.ldImm64(3, 0x100000005n),
    build.movsx64(1, 2, 8),
    build.movsx64(1, 2, 16),
    build.movsx64(1, 2, 32),
    build.movsx32(1, 2, 8),
    build.movsx32(1, 2, 16),
    build.signed64Imm("DIV", 1, 5),
    build.signed64Reg("MOD", 1, 2),
    build.signed32Imm("MOD", 1, 5),
    build.signed32Reg("DIV", 1, 2),
    build.bswap(1, 16),
    build.bswap(1, 32),
    build.bswap(1, 64),
  ];
  const ends = ([16, 32, 64] as const).flatMap((bits) => [
    build.toEndian(5, "le", bits),
    build.toEndian(5, "be", bits),
  ]);
  const atomics = (["W", "DW"] as const).flatMap((size) => [
    ...[Atomic.ADD, Atomic.AND, Atomic.OR, Atomic.XOR].flatMap((op) => [
      build.atomic(size, op, 1, 2, 7),
      build.atomic(size, op | Atomic.FETCH, 1, 2, -7),
    ]),
    build.atomic(size, Atomic.XCHG, 1, 2, 7),
    build.atomic(size, Atomic.CMPXCHG, 1, 2, 7),
  ]);
  return [...regular, more, ends, atomics];
}

function sample(opcode: number): Insn {
  if (opcode === build.exit().opcode) return build.exit();
  const insnClass = opcode & 7;
  const isJump = insnClass === 5 || insnClass === 6;
  const isMemory = insnClass === 1 || insnClass === 2 || insnClass === 3;
  const usesSource = insnClass === 1 || insnClass === 3 || (!isMemory && (opcode & 8) !== 0);
  return { opcode, dst: 1, src: usesSource ? 2 : 0, offset: isJump || isMemory ? -7 : 0, imm: -5 };
}

/**
 * Both spellings in one form: no spaces, decimal numbers, r for the registers of memory accesses (LLVM writes w for
 * narrow ones), and LLVM's names of the exchanges.
 */
function normalize(text: string): string {
  const plain = text
    .replace(/^call \w+#/, "call ")
    .replace(/0x[0-9a-f]+/g, (hex) => BigInt.asIntN(hex.length > 10 ? 64 : 32, BigInt(hex)).toString())
    .replace("cmpxchg_64(", "atomic64_cmpxchg(")
    .replace("cmpxchg32_32(", "atomic_cmpxchg(")
    .replace("xchg_64(", "atomic64_xchg(")
    .replace("xchg32_32(", "atomic_xchg(")
    .replace("atomic64_fetch", "atomic_fetch")
    .replaceAll(" ", "");
  const exchange = plain.replace(/xchg\(\(u\d+\*\)\((r\d+[+-]\d+)\)/, "xchg($1");
  return exchange.includes("*)(r") || exchange.includes("xchg") ? exchange.replace(/\bw(?=\d)/g, "r") : exchange;
}

test("LLVM reads the same instructions in the same bytes", (t) => {
  const insns = samples().flat();
  const hexLine = (insn: Insn): string => [...encodeInsns([insn])].map((byte) => `0x${byte.toString(16)}`).join(" ");
  const input = insns.map(hexLine).join("\n");
  const run = spawnSync("llvm-mc-19", ["--disassemble", "-triple=bpfel", "-mcpu=v4"], { input, encoding: "utf8" });
  if (run.error) {
    assert.ok(!process.env["CI"], `llvm-mc-19 is needed here: ${run.error.message}`);
    t.skip(`SKIPPED, NOT CHECKED: ${run.error.message}`);
    return;
  }
  assert.equal(run.stderr, "", "LLVM takes every instruction");
  const theirs = run.stdout
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && line !== ".text");
  const ours = disassemble(insns).map((line) => line.text);
  assert.deepEqual(ours.map(normalize), theirs.map(normalize));
  assert.ok(ours.length > 140, `${ours.length} instructions`);
});
