import assert from "node:assert/strict";
import { test } from "node:test";

import { Alu, Class, Jmp, LD_IMM64, Mode, Size, Source } from "../bpf/isa.js";
import type { Insn } from "../bpf/isa.js";
import { applyCore, CoreError, POISON_HELPER } from "./core.js";
import type { CoreOutcome, CoreResize } from "./core.js";

const insn = (opcode: number, offset = 0, imm = 0, src = 0): Insn => ({ opcode, dst: 1, src, offset, imm });
const mov64 = Class.ALU64 | Alu.MOV | Source.K;
const add32 = Class.ALU | Alu.ADD | Source.K;
const load = (size: number): number => Class.LDX | Mode.MEM | size;
const poison: Insn = { opcode: Class.JMP | Jmp.CALL, dst: 0, src: 0, offset: 0, imm: POISON_HELPER };
const value = (local: bigint, target: bigint, resize?: CoreResize, checkLocal = true): CoreOutcome => {
  return { kind: "value", localValue: local, targetValue: target, checkLocal, resize };
};
const absent: CoreOutcome = { kind: "poison", reason: "absent" };

const patches: readonly (readonly [string, readonly Insn[], CoreOutcome, readonly Insn[] | RegExp])[] = [
  ["mov", [insn(mov64, 0, 8)], value(8n, 24n), [insn(mov64, 0, 24)]],
  ["add of 32 bits", [insn(add32, 0, 8)], value(8n, 0xfffffff0n), [insn(add32, 0, -16)]],
  ["a negative number", [insn(mov64, 0, -5)], value(-5n, -7n), [insn(mov64, 0, -7)]],
  ["mov of another number", [insn(mov64, 0, 9)], value(8n, 24n), /instruction 0 for R: it holds 9, expected 8$/],
  ["mov of another number, unchecked", [insn(mov64, 0, 9)], value(8n, 24n, undefined, false), [insn(mov64, 0, 24)]],
  [
    "mov of too large a number",
    [insn(mov64, 0, 8)],
    value(8n, 1n << 31n),
    /2147483648 does not fit its 32-bit immediate/,
  ],
  ["mov from a register", [insn(mov64 | Source.X, 0, 8)], value(8n, 24n), /opcode 0xbf has neither/],
  ["a jump", [insn(Class.JMP | Jmp.JEQ, 0, 8)], value(8n, 24n), /opcode 0x15 has neither/],
  ["a load", [insn(load(Size.W), 8)], value(8n, 24n), [insn(load(Size.W), 24)]],
  [
    "a store of a number",
    [insn(Class.ST | Mode.MEM | Size.B, 8, 3)],
    value(8n, 24n),
    [insn(Class.ST | Mode.MEM | Size.B, 24, 3)],
  ],
  ["a store", [insn(Class.STX | Mode.MEM | Size.DW, 8)], value(8n, 24n), [insn(Class.STX | Mode.MEM | Size.DW, 24)]],
  ["a load elsewhere", [insn(load(Size.W), 4)], value(8n, 24n), /its offset is 4, expected 8/],
  ["a load too far away", [insn(load(Size.W), 8)], value(8n, 0x8000n), /offset 32768 does not fit 16 bits/],
  [
    "a load of another size",
    [insn(load(Size.W), 8)],
    value(8n, 16n, { localBytes: 4, targetBytes: 8, safe: true }),
    [insn(load(Size.DW), 16)],
  ],
  [
    "a load of a smaller size",
    [insn(load(Size.DW), 8)],
    value(8n, 0n, { localBytes: 8, targetBytes: 1, safe: true }),
    [insn(load(Size.B), 0)],
  ],
  [
    "a load of part of the field",
    [insn(load(Size.H), 8)],
    value(8n, 16n, { localBytes: 4, targetBytes: 8, safe: true }),
    /does not access the 4 bytes/,
  ],
  [
    "a load of a strange size",
    [insn(load(Size.W), 8)],
    value(8n, 16n, { localBytes: 4, targetBytes: 6, safe: true }),
    /no instruction accesses the 6 bytes/,
  ],
  [
    "a load that would change sign",
    [insn(load(Size.W), 8)],
    value(8n, 16n, { localBytes: 4, targetBytes: 8, safe: false }),
    [poison],
  ],
  [
    "a mov beside a size that differs",
    [insn(mov64, 0, 8)],
    value(8n, 16n, { localBytes: 4, targetBytes: 8, safe: false }),
    [insn(mov64, 0, 16)],
  ],
  [
    "a 64-bit load",
    [insn(LD_IMM64, 0, -1), insn(0, 0, 1)],
    value(0x1_ffff_ffffn, -2n),
    [insn(LD_IMM64, 0, -2), insn(0, 0, -1)],
  ],
  ["a 64-bit load of another number", [insn(LD_IMM64, 0, 1), insn(0)], value(2n, 3n), /it holds 1, expected 2/],
  ["a 64-bit load of a map", [insn(LD_IMM64, 0, 1, 1), insn(0)], value(1n, 3n), /not one of a number/],
  ["half a 64-bit load", [insn(LD_IMM64, 0, 1)], value(1n, 3n), /lacks the second half/],
  ["something absent", [insn(load(Size.W), 8)], absent, [poison]],
  ["something absent in a 64-bit load", [insn(LD_IMM64), insn(0)], absent, [poison, poison]],
  ["an error", [insn(mov64)], { kind: "error", reason: "ambiguous" }, /^relocate instruction 0 for R: ambiguous$/],
  ["no instruction", [], value(1n, 1n), /the function has only 0 instructions/],
];
for (const [what, insns, outcome, expected] of patches) {
  test(`patching ${what}`, () => {
    const before = structuredClone(insns);
    const apply = (): Insn[] =>
      applyCore(insns, [{ reloc: { insnIndex: 0, kind: "type_exists", typeId: 1, access: "0" }, text: "R", outcome }]);
    if (expected instanceof RegExp) {
      assert.throws(apply, (error) => error instanceof CoreError && expected.test(error.message));
    } else {
      assert.deepEqual(apply(), expected);
    }
    assert.deepEqual(insns, before, "the input is left alone");
  });
}
