// Every legal opcode goes to bytes and back, and every builder makes an instruction that exists.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as build from "./builders.js";
import { disassemble } from "./disasm.js";
import { decodeInsns, encodeInsns, type Insn } from "./isa.js";
import { isValidOpcode, validOpcodes } from "./opcodes.js";
import { FormatError } from "../util/bytes.js";

test("instructions survive encoding and decoding", () => {
  const extremes: readonly Omit<Insn, "opcode">[] = [
    { dst: 0, src: 0, offset: 0, imm: 0 },
    { dst: 10, src: 15, offset: 0x7fff, imm: 0x7fffffff },
    { dst: 9, src: 6, offset: -0x8000, imm: -0x80000000 },
    { dst: 1, src: 2, offset: -1, imm: -1 },
  ];
  const insns = validOpcodes.flatMap((opcode) => extremes.map((fields) => ({ opcode, ...fields })));
  assert.deepEqual(decodeInsns(encodeInsns(insns), "test"), insns);
});

test("the bytes are those of RFC 9669", () => {
  const cases: readonly [Insn, string][] = [
    [build.mov64Imm(1, -2), "b7 01 00 00 fe ff ff ff"],
    [build.load("DW", 3, 10, -8), "79 a3 f8 ff 00 00 00 00"],
    [build.store("B", 10, 4, -16), "73 4a f0 ff 00 00 00 00"],
    [build.jump32Imm("JSGE", 2, 7, 258), "76 02 02 01 07 00 00 00"],
    [build.call(113), "85 00 00 00 71 00 00 00"],
    [build.exit(), "95 00 00 00 00 00 00 00"],
    [build.jaLong(0x12345), "06 00 00 00 45 23 01 00"],
    [build.atomic("DW", build.Atomic.CMPXCHG, 1, 2, 8), "db 21 08 00 f1 00 00 00"],
  ];
  for (const [insn, expected] of cases) {
    const bytes = [...encodeInsns([insn])].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    assert.equal(bytes, expected, disassemble([insn])[0]?.text);
  }
});

test("a 64-bit load carries the whole number", () => {
  for (const value of [0n, 1n, -1n, 0xffffffffn, 0x80000000n, 0x123456789abcdef0n, (1n << 64n) - 1n, -(1n << 63n)]) {
    const [low, high] = build.ldImm64(1, value);
    const again = (BigInt(high.imm >>> 0) << 32n) | BigInt(low.imm >>> 0);
    assert.equal(again, BigInt.asUintN(64, value));
  }
  assert.throws(() => build.ldImm64(1, 1n << 64n), /does not fit/);
});

test("builders refuse what has no encoding", () => {
  assert.throws(() => build.mov64Imm(11, 0), /register 11 /);
  assert.throws(() => build.mov64Imm(0, 2 ** 31), /immediate 2147483648 /);
  assert.throws(() => build.load("W", 0, 1, 0x8000), /offset 32768 /);
  assert.throws(() => build.ja(1.5), /offset 1\.5 /);
});

test("a part of an instruction is malformed", () => {
  assert.throws(() => decodeInsns(new Uint8Array(12), "section x"), FormatError);
});

test("the valid opcodes are those of the specification", () => {
  // By class: LD, LDX, ST, STX, ALU, JMP (with may_goto), JMP32, ALU64 (END has one form less than in ALU).
  const counts = [0, 0, 0, 0, 0, 0, 0, 0];
  for (const opcode of validOpcodes) counts[opcode & 7] = (counts[opcode & 7] ?? 0) + 1;
  assert.deepEqual(counts, [7, 7, 4, 8, 27, 26, 23, 26]);
  assert.equal(new Set(validOpcodes).size, validOpcodes.length);
  for (const opcode of [0x00, 0x38, 0x58, 0x8f, 0x8d, 0x86, 0x96, 0xdf, 0x99, 0xff, 0xa3]) {
    assert.equal(isValidOpcode(opcode), false, `0x${opcode.toString(16)}`);
  }
});
