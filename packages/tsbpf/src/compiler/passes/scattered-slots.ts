// Slots that are stored to at a place that only the run knows. Some verifiers (5.10, 6.1 and 6.18 among them) lose
// their way there: check_stack_write_var_off in kernel/bpf/verifier.c marks the bytes that may be hit, but the rest of
// a word of eight that one store had filled still counts as a saved register, of which nothing is known any more, and a
// later read of those bytes is refused ("invalid size of register fill"). A word that was filled by several stores does
// not count as one. From 6.8 on a narrow store counts as well, if it is to the beginning of a word.

import { incomingArguments } from "../ir/cfg.js";
import { constOf } from "./edit.js";
import type { Func, Inst, SlotInst } from "../ir/ir.js";
import { memSize } from "../ir/ir.js";
import { slotPlace } from "./effects.js";

const wordBytes = 8;

/** Which words of a slot such a store may hit in part: those where it may begin. */
export interface Scattered {
  readonly words: Set<number>;
  /** Where it begins is not known. */
  anywhere: boolean;
}

export function scatteredSlots(func: Func): ReadonlyMap<SlotInst, Scattered> {
  const found = new Map<SlotInst, Scattered>();
  let incoming: ReadonlyMap<Inst, readonly Inst[]> | undefined;
  for (const block of func.blocks) {
    for (const inst of block.insts) {
      const [pointer] = inst.args;
      if (!pointer || writtenBytes(inst) >= wordBytes || slotPlace(pointer)) continue;
      incoming ??= incomingArguments(func);
      for (const { slot, start } of slotsBehind(pointer, incoming)) {
        const known = found.get(slot) ?? { words: new Set(), anywhere: false };
        found.set(slot, known);
        if (start === undefined) known.anywhere = true;
        else known.words.add(wordOf(start + offsetOf(inst)));
      }
    }
  }
  return found;
}

export function wordOf(offset: number): number {
  return Math.floor(offset / wordBytes) * wordBytes;
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
  if (inst.op === "copy" && inst.align < wordBytes) return inst.align;
  if (inst.op === "copy" || inst.op === "zero" || inst.op === "kreadinto") return inst.size % wordBytes || wordBytes;
  return wordBytes;
}

function offsetOf(inst: Inst): number {
  if (inst.op === "store" || inst.op === "zero") return inst.offset;
  return inst.op === "copy" || inst.op === "kreadinto" ? inst.dstOffset : 0;
}

/** The slots that a pointer may be into; `start` is the constant part of the distance, where it is known. */
function slotsBehind(
  pointer: Inst,
  incoming: ReadonlyMap<Inst, readonly Inst[]>,
): readonly { readonly slot: SlotInst; readonly start: number | undefined }[] {
  const found: { slot: SlotInst; start: number | undefined }[] = [];
  const seen = new Set<Inst>();
  const work: { value: Inst; start: number | undefined }[] = [{ value: pointer, start: 0 }];
  for (let next = work.pop(); next; next = work.pop()) {
    const { value, start } = next;
    if (seen.has(value)) continue;
    seen.add(value);
    if (value.op === "slot") found.push({ slot: value, start });
    const [base, distance] = value.args;
    const constant = constOf(distance);
    if (value.op === "add" && base) {
      const step = constant === undefined ? 0 : Number(BigInt.asIntN(64, constant));
      work.push({ value: base, start: start === undefined ? undefined : start + step });
    }
    for (const arg of incoming.get(value) ?? []) work.push({ value: arg, start: undefined });
  }
  return found;
}
