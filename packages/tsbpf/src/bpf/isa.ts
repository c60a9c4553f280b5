// The BPF instruction set: opcodes, and instructions to bytes and back. Source: RFC 9669 and the kernel's
// include/uapi/linux/bpf.h. One `Insn` is one 8-byte slot, so an index into a list of them is the kernel's
// instruction index; the 64-bit immediate load takes two slots, the second with opcode 0.

import { ByteReader, ByteWriter, FormatError } from "../util/bytes.js";
import { assertRange } from "../util/assert.js";

export const INSN_SIZE_BYTES = 8;

/** One slot. `dst` and `src` are register numbers (or a pseudo source), `imm` is signed 32-bit. */
export interface Insn {
  readonly opcode: number;
  readonly dst: number;
  readonly src: number;
  readonly offset: number;
  readonly imm: number;
}

/** Instruction classes (the low three bits of the opcode). */
export const Class = { LD: 0, LDX: 1, ST: 2, STX: 3, ALU: 4, JMP: 5, JMP32: 6, ALU64: 7 } as const;
/** Access size (bits 3 and 4 of loads and stores). */
export const Size = { W: 0x00, H: 0x08, B: 0x10, DW: 0x18 } as const;
/** Access mode (the high three bits of loads and stores). MEMSX needs ISA v4. */
export const Mode = { IMM: 0x00, ABS: 0x20, IND: 0x40, MEM: 0x60, MEMSX: 0x80, ATOMIC: 0xc0 } as const;
/** Operation of ALU and ALU64. Signed division and modulo are DIV and MOD with offset 1 (v4); MOVSX is MOV with
 * offset 8, 16 or 32 (v4). */
export const Alu = {
  ADD: 0x00,
  SUB: 0x10,
  MUL: 0x20,
  DIV: 0x30,
  OR: 0x40,
  AND: 0x50,
  LSH: 0x60,
  RSH: 0x70,
  NEG: 0x80,
  MOD: 0x90,
  XOR: 0xa0,
  MOV: 0xb0,
  ARSH: 0xc0,
  END: 0xd0,
} as const;
/** Operation of JMP and JMP32. In class JMP32, JA is the `gotol` of v4 with its distance in `imm`. */
export const Jmp = {
  JA: 0x00,
  JEQ: 0x10,
  JGT: 0x20,
  JGE: 0x30,
  JSET: 0x40,
  JNE: 0x50,
  JSGT: 0x60,
  JSGE: 0x70,
  CALL: 0x80,
  EXIT: 0x90,
  JLT: 0xa0,
  JLE: 0xb0,
  JSLT: 0xc0,
  JSLE: 0xd0,
} as const;
/** Operand source bit: K is the immediate, X the source register. */
export const Source = { K: 0x00, X: 0x08 } as const;
/** `src` of a 64-bit immediate load. */
export const PseudoLoad = {
  NONE: 0,
  MAP_FD: 1,
  MAP_VALUE: 2,
  BTF_ID: 3,
  FUNC: 4,
  MAP_IDX: 5,
  MAP_IDX_VALUE: 6,
} as const;
/** `src` of a call. */
export const PseudoCall = { HELPER: 0, BPF: 1, KFUNC: 2 } as const;
/** The opcode of the 64-bit immediate load: LD | IMM | DW. */
export const LD_IMM64 = 0x18;
/** The frame pointer, read-only. */
export const FP = 10;

export function encodeInsns(insns: readonly Insn[]): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(insns.length * INSN_SIZE_BYTES);
  for (const insn of insns) {
    const { opcode, dst, src, offset, imm } = insn;
    assertRange(opcode, 0, 0xff, "opcode");
    assertRange(dst, 0, 10, "register");
    assertRange(src, 0, 15, "source");
    assertRange(offset, -0x8000, 0x7fff, "offset");
    out.u32((opcode | (dst << 8) | (src << 12) | (offset << 16)) >>> 0).i32(imm);
  }
  return out.finish();
}

export function decodeInsns(bytes: Uint8Array, what: string): Insn[] {
  if (bytes.length % INSN_SIZE_BYTES !== 0) {
    throw new FormatError(`${what}: ${bytes.length} bytes is not a whole number of 8-byte instructions`);
  }
  const reader = new ByteReader(bytes, what);
  const insns: Insn[] = [];
  for (let at = 0; at < bytes.length; at += INSN_SIZE_BYTES) {
    const registers = reader.u8(at + 1);
    insns.push({
      opcode: reader.u8(at),
      dst: registers & 15,
      src: registers >> 4,
      offset: reader.i16(at + 2),
      imm: reader.i32(at + 4),
    });
  }
  return insns;
}
