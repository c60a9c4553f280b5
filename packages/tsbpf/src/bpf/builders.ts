// Small constructors for instructions, for code generation, relocation and tests. Each makes exactly one legal
// encoding; a register or number that does not fit is our mistake and asserts.

import { assert, assertRange } from "../util/assert.js";
import { Alu, Class, type Insn, Jmp, LD_IMM64, Mode, PseudoCall, PseudoLoad, Size, Source } from "./isa.js";

export type AluName = Exclude<keyof typeof Alu, "NEG" | "END">;
export type JumpName = Exclude<keyof typeof Jmp, "JA" | "CALL" | "EXIT">;
export type SizeName = keyof typeof Size;

function insn(opcode: number, dst: number, src: number, offset: number, imm: number): Insn {
  assertRange(dst, 0, 10, "register");
  assertRange(src, 0, 15, "source");
  assertRange(offset, -0x8000, 0x7fff, "offset");
  assertRange(imm, -0x80000000, 0x7fffffff, "immediate");
  return { opcode, dst, src, offset, imm };
}

/** dst = imm, sign-extended to 64 bits. */
export function mov64Imm(dst: number, imm: number): Insn {
  return alu64Imm("MOV", dst, imm);
}

export function mov64Reg(dst: number, src: number): Insn {
  return alu64Reg("MOV", dst, src);
}

/** The low half of dst = imm; the high half becomes 0. */
export function mov32Imm(dst: number, imm: number): Insn {
  return alu32Imm("MOV", dst, imm);
}

/** The low half of dst = the low half of src; the high half becomes 0. */
export function mov32Reg(dst: number, src: number): Insn {
  return alu32Reg("MOV", dst, src);
}

/** dst = the low `bits` of src, sign-extended to 64 bits (ISA v4). */
export function movsx64(dst: number, src: number, bits: 8 | 16 | 32): Insn {
  return insn(Class.ALU64 | Alu.MOV | Source.X, dst, src, bits, 0);
}

/** The low half of dst = the low `bits` of src, sign-extended to 32 bits; the high half becomes 0 (ISA v4). */
export function movsx32(dst: number, src: number, bits: 8 | 16): Insn {
  return insn(Class.ALU | Alu.MOV | Source.X, dst, src, bits, 0);
}

export function alu64Imm(op: AluName, dst: number, imm: number): Insn {
  return insn(Class.ALU64 | Alu[op] | Source.K, dst, 0, 0, imm);
}

export function alu64Reg(op: AluName, dst: number, src: number): Insn {
  return insn(Class.ALU64 | Alu[op] | Source.X, dst, src, 0, 0);
}

export function alu32Imm(op: AluName, dst: number, imm: number): Insn {
  return insn(Class.ALU | Alu[op] | Source.K, dst, 0, 0, imm);
}

export function alu32Reg(op: AluName, dst: number, src: number): Insn {
  return insn(Class.ALU | Alu[op] | Source.X, dst, src, 0, 0);
}

/** Signed division or modulo, 64 bits (ISA v4). */
export function signed64Imm(op: "DIV" | "MOD", dst: number, imm: number): Insn {
  return insn(Class.ALU64 | Alu[op] | Source.K, dst, 0, 1, imm);
}

export function signed64Reg(op: "DIV" | "MOD", dst: number, src: number): Insn {
  return insn(Class.ALU64 | Alu[op] | Source.X, dst, src, 1, 0);
}

/** Signed division or modulo, 32 bits (ISA v4). */
export function signed32Imm(op: "DIV" | "MOD", dst: number, imm: number): Insn {
  return insn(Class.ALU | Alu[op] | Source.K, dst, 0, 1, imm);
}

export function signed32Reg(op: "DIV" | "MOD", dst: number, src: number): Insn {
  return insn(Class.ALU | Alu[op] | Source.X, dst, src, 1, 0);
}

export function neg64(dst: number): Insn {
  return insn(Class.ALU64 | Alu.NEG, dst, 0, 0, 0);
}

export function neg32(dst: number): Insn {
  return insn(Class.ALU | Alu.NEG, dst, 0, 0, 0);
}

/** Swaps the low `bits` to little or big endian; the bits above become 0. */
export function toEndian(dst: number, order: "le" | "be", bits: 16 | 32 | 64): Insn {
  return insn(Class.ALU | Alu.END | (order === "be" ? Source.X : Source.K), dst, 0, 0, bits);
}

/** Swaps the low `bits` unconditionally (ISA v4). */
export function bswap(dst: number, bits: 16 | 32 | 64): Insn {
  return insn(Class.ALU64 | Alu.END, dst, 0, 0, bits);
}

/** dst = *(size *)(src + offset), zero-extended. */
export function load(size: SizeName, dst: number, src: number, offset: number): Insn {
  return insn(Class.LDX | Mode.MEM | Size[size], dst, src, offset, 0);
}

/** dst = *(size *)(src + offset), sign-extended to 64 bits (ISA v4). */
export function loadSigned(size: "B" | "H" | "W", dst: number, src: number, offset: number): Insn {
  return insn(Class.LDX | Mode.MEMSX | Size[size], dst, src, offset, 0);
}

/** *(size *)(dst + offset) = src. */
export function store(size: SizeName, dst: number, src: number, offset: number): Insn {
  return insn(Class.STX | Mode.MEM | Size[size], dst, src, offset, 0);
}

/** *(size *)(dst + offset) = imm, sign-extended for DW. */
export function storeImm(size: SizeName, dst: number, offset: number, imm: number): Insn {
  return insn(Class.ST | Mode.MEM | Size[size], dst, 0, offset, imm);
}

/** Atomic operations: the number in `imm`. FETCH leaves the old value in src; XCHG and CMPXCHG always fetch. */
export const Atomic = {
  ADD: 0x00,
  OR: 0x40,
  AND: 0x50,
  XOR: 0xa0,
  FETCH: 0x01,
  XCHG: 0xe1,
  CMPXCHG: 0xf1,
  /** Load with acquire and store with release semantics (ISA v4, Linux 6.15); these two also come as B and H. */
  LOAD_ACQ: 0x100,
  STORE_REL: 0x110,
} as const;

/** An atomic operation on *(size *)(dst + offset) with src; `operation` combines values of {@link Atomic}. */
export function atomic(size: SizeName, operation: number, dst: number, src: number, offset: number): Insn {
  return insn(Class.STX | Mode.ATOMIC | Size[size], dst, src, offset, operation);
}

/** Distances of jumps count instructions from the one after the jump. */
export function ja(distance: number): Insn {
  return insn(Class.JMP | Jmp.JA, 0, 0, distance, 0);
}

/** The jump with a 32-bit distance (ISA v4). */
export function jaLong(distance: number): Insn {
  return insn(Class.JMP32 | Jmp.JA, 0, 0, 0, distance);
}

export function jumpImm(op: JumpName, dst: number, imm: number, distance: number): Insn {
  return insn(Class.JMP | Jmp[op] | Source.K, dst, 0, distance, imm);
}

export function jumpReg(op: JumpName, dst: number, src: number, distance: number): Insn {
  return insn(Class.JMP | Jmp[op] | Source.X, dst, src, distance, 0);
}

export function jump32Imm(op: JumpName, dst: number, imm: number, distance: number): Insn {
  return insn(Class.JMP32 | Jmp[op] | Source.K, dst, 0, distance, imm);
}

export function jump32Reg(op: JumpName, dst: number, src: number, distance: number): Insn {
  return insn(Class.JMP32 | Jmp[op] | Source.X, dst, src, distance, 0);
}

/** Calls the helper with this id. */
export function call(helper: number): Insn {
  return insn(Class.JMP | Jmp.CALL, 0, PseudoCall.HELPER, 0, helper);
}

/** Calls the BPF function `distance` instructions after the next one. */
export function callBpf(distance: number): Insn {
  return insn(Class.JMP | Jmp.CALL, 0, PseudoCall.BPF, 0, distance);
}

/** Calls the kernel function with this BTF id. */
export function callKfunc(btfId: number): Insn {
  return insn(Class.JMP | Jmp.CALL, 0, PseudoCall.KFUNC, 0, btfId);
}

export function exit(): Insn {
  return insn(Class.JMP | Jmp.EXIT, 0, 0, 0, 0);
}

/**
 * dst = a 64-bit number, in two slots. `pseudo` (a value of PseudoLoad) says what the number names; for a map's
 * address it is the file descriptor, for a place in a map's value descriptor | offset << 32.
 */
export function ldImm64(dst: number, value: bigint, pseudo: number = PseudoLoad.NONE): [Insn, Insn] {
  assert(value >= -(1n << 63n) && value < 1n << 64n, `immediate ${value} does not fit in 64 bits`);
  const low = Number(BigInt.asIntN(32, value));
  const high = Number(BigInt.asIntN(32, value >> 32n));
  return [insn(LD_IMM64, dst, pseudo, 0, low), insn(0, 0, 0, 0, high)];
}
