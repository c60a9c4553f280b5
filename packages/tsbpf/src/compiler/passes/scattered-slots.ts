// Slots that are stored to at a place that only the run knows. Some verifiers (5.10, 6.1 and 6.18 among them) lose
// their way there: check_stack_write_var_off in kernel/bpf/verifier.c marks the bytes that may be hit, but the rest of
// a word of eight that one store had filled still counts as a saved register, of which nothing is known any more, and a
// later read of those bytes is refused ("invalid size of register fill"). A word that was filled by several stores does
// not count as one.

import type { Func, Inst, SlotInst } from "../ir/ir.js";
import { memSize } from "../ir/ir.js";
import { slotPlace } from "./effects.js";

const wordBytes = 8;

export function scatteredSlots(func: Func): ReadonlySet<SlotInst> {
  const found = new Set<SlotInst>();
  for (const block of func.blocks) {
    for (const inst of block.insts) {
      const [pointer] = inst.args;
      if (writtenBytes(inst) >= wordBytes || slotPlace(pointer)) continue;
      const slot = slotBehind(pointer);
      if (slot) found.add(slot);
    }
  }
  return found;
}

/** The most that one store may fill there, so that no word is filled at once. */
export function scatteredWidth(slot: SlotInst, offset: number): number {
  const inWord = slot.size - (offset - (offset % wordBytes));
  if (inWord >= wordBytes) return wordBytes / 2;
  return inWord >= wordBytes / 2 ? 2 : 1;
}

/** Of an element, and so of the step between places; whole words are marked as a whole. */
function writtenBytes(inst: Inst): number {
  if (inst.op === "store") return memSize(inst.mem);
  if (inst.op === "copy" || inst.op === "zero" || inst.op === "kreadinto") return inst.size % wordBytes || wordBytes;
  return wordBytes;
}

function slotBehind(pointer: Inst | undefined): SlotInst | undefined {
  let current = pointer;
  while (current?.op === "add") current = current.args.find((arg) => arg.type === "ptr");
  return current?.op === "slot" ? current : undefined;
}
