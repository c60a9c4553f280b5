// The shape of a linked program: where its functions begin, and the basic blocks of each. Indices count slots.

import { JCOND } from "../bpf/opcodes.js";
import { Class, type Insn, Jmp, LD_IMM64, PseudoCall, PseudoLoad } from "../bpf/isa.js";

export interface FunctionRange {
  readonly start: number;
  /** First slot after it. */
  readonly end: number;
}

/** The main program first; a function goes up to the start of the next. */
export function functionRanges(insns: readonly Insn[]): readonly FunctionRange[] {
  const starts = new Set([0]);
  insns.forEach((insn, index) => {
    const target = calledFunction(insn, index);
    if (target !== undefined && target > 0 && target < insns.length) starts.add(target);
  });
  const sorted = [...starts].sort((a, b) => a - b);
  return sorted.map((start, index) => ({ start, end: sorted[index + 1] ?? insns.length }));
}

/** The first slot of the function that this instruction calls or takes the address of. */
export function calledFunction(insn: Insn, index: number): number | undefined {
  const calls = insn.opcode === (Class.JMP | Jmp.CALL) && insn.src === PseudoCall.BPF;
  const names = insn.opcode === LD_IMM64 && insn.src === PseudoLoad.FUNC;
  return calls || names ? index + 1 + insn.imm : undefined;
}

/** The slot a jump leads to; undefined for what is no jump. */
export function jumpTarget(insn: Insn, index: number): number | undefined {
  const insnClass = insn.opcode & 7;
  if (insnClass !== Class.JMP && insnClass !== Class.JMP32) return undefined;
  const operation = insn.opcode & 0xf0;
  if (operation === Jmp.CALL || operation === Jmp.EXIT) return undefined;
  if (operation === JCOND && insnClass === Class.JMP) return undefined;
  const isLong = insnClass === Class.JMP32 && operation === Jmp.JA;
  return index + 1 + (isLong ? insn.imm : insn.offset);
}

/** Whether the instruction after this one is reached only by jumps. */
export function endsBlock(insn: Insn): boolean {
  const insnClass = insn.opcode & 7;
  const operation = insn.opcode & 0xf0;
  if (insnClass === Class.JMP) return operation === Jmp.JA || operation === Jmp.EXIT;
  return insnClass === Class.JMP32 && operation === Jmp.JA;
}

/** Slots where a block begins, in order. A jump out of the function has none and is a fault when it is taken. */
export function blockStarts(insns: readonly Insn[], { start, end }: FunctionRange): readonly number[] {
  const starts = new Set([start]);
  for (let index = start; index < end; index++) {
    const insn = insns[index];
    const target = insn && jumpTarget(insn, index);
    if (target !== undefined && target >= start && target < end) starts.add(target);
  }
  return [...starts].sort((a, b) => a - b);
}

/** 2 for a 64-bit immediate load, which has no second instruction of its own. */
export function slotCount(insns: readonly Insn[], index: number): number {
  return insns[index]?.opcode === LD_IMM64 && insns[index + 1]?.opcode === 0 ? 2 : 1;
}
