// Which of the 256 opcodes exist, up to ISA v4 (RFC 9669) and Linux 6.18. Whether the other fields of an instruction
// fit its opcode is for the disassembler and the kernel's verifier to say.

import { Alu, Class, Jmp, LD_IMM64, Mode, Size, Source } from "./isa.js";

/** May_goto, a bounded loop's back edge (Linux 6.9): BPF_JCOND of include/uapi/linux/bpf.h. */
export const JCOND = 0xe0;

function* listOpcodes(): Generator<number> {
  const sources = [Source.K, Source.X];
  for (const op of Object.values(Alu)) {
    // Negation has no second operand. In class ALU the source bit of END chooses the byte order; in ALU64 it is the
    // unconditional swap of v4, which has none.
    yield* (op === Alu.NEG ? [Source.K] : sources).map((source) => Class.ALU | op | source);
    yield* (op === Alu.NEG || op === Alu.END ? [Source.K] : sources).map((source) => Class.ALU64 | op | source);
  }
  for (const op of Object.values(Jmp)) {
    const single = op === Jmp.JA || op === Jmp.CALL || op === Jmp.EXIT;
    yield* (single ? [Source.K] : sources).map((source) => Class.JMP | op | source);
    if (op !== Jmp.CALL && op !== Jmp.EXIT) {
      yield* (single ? [Source.K] : sources).map((source) => Class.JMP32 | op | source);
    }
  }
  yield Class.JMP | JCOND;
  yield LD_IMM64;
  for (const size of Object.values(Size)) {
    if (size !== Size.DW) {
      yield Class.LD | Mode.ABS | size;
      yield Class.LD | Mode.IND | size;
      yield Class.LDX | Mode.MEMSX | size;
    }
    yield Class.LDX | Mode.MEM | size;
    yield Class.ST | Mode.MEM | size;
    yield Class.STX | Mode.MEM | size;
    // Bytes and halves only for load-acquire and store-release (Linux 6.15).
    yield Class.STX | Mode.ATOMIC | size;
  }
}

/** In ascending order. */
export const validOpcodes: readonly number[] = [...listOpcodes()].sort((left, right) => left - right);

const validOpcodeSet: ReadonlySet<number> = new Set(validOpcodes);

export function isValidOpcode(opcode: number): boolean {
  return validOpcodeSet.has(opcode);
}
