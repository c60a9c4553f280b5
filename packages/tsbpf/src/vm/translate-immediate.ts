// 64-bit immediate loads as JavaScript text: plain numbers, and what maps, data sections and functions are to a
// program. The numbers that stand for maps and data are places in the machine's tables, put there by the linker.

import { type Insn, PseudoLoad } from "../bpf/isa.js";
import { FUNCTION_BITS, FUNCTION_HI, type Image, MAP_HI } from "./core.js";
import { calledFunction, type FunctionRange } from "./functions.js";
import { REGION_LO, regionHi } from "./memory.js";

export interface ImmediateContext {
  readonly image: Image;
  readonly ranges: readonly FunctionRange[];
}

/** The halves that the load gives, low one first; undefined when it is not whole or names nothing. */
export function immediateHalves(context: ImmediateContext, insn: Insn, index: number): [number, number] | undefined {
  const second = context.image.insns[index + 1];
  if (second?.opcode !== 0) return undefined;
  switch (insn.src) {
    case PseudoLoad.NONE:
      return [insn.imm, second.imm];
    case PseudoLoad.MAP_FD:
    case PseudoLoad.MAP_IDX:
      return [insn.imm, MAP_HI];
    case PseudoLoad.MAP_VALUE:
    case PseudoLoad.MAP_IDX_VALUE:
    // A variable of the kernel is a region, too: the linker puts its number in place of the BTF id.
    case PseudoLoad.BTF_ID:
      return [(REGION_LO + second.imm) | 0, regionHi(insn.imm)];
    case PseudoLoad.FUNC: {
      const target = context.ranges.findIndex(({ start }) => start === calledFunction(insn, index));
      return target < 0 ? undefined : [(context.image.id << FUNCTION_BITS) | target, FUNCTION_HI];
    }
    default:
      return undefined;
  }
}

export function immediateText(context: ImmediateContext, insn: Insn, index: number): string | undefined {
  const halves = immediateHalves(context, insn, index);
  return halves && `l${insn.dst}=${halves[0]};h${insn.dst}=${halves[1]};`;
}
