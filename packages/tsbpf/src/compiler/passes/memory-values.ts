// What is known about the contents of memory while one block is walked from top to bottom: values that were stored to
// slots, zeroed bytes, values that were loaded, and the results of kernel reads.

import type { Inst, KreadInst, LoadInst, MemType, SlotInst, Type } from "../ir/ir.js";
import { memSize } from "../ir/ir.js";
import { effectsOf, isPureCall, overlaps, slotPlace } from "./effects.js";
import type { Effects } from "./effects.js";
import { loadedValue } from "./widen-value.js";
import type { Emitter } from "./widen-value.js";

export interface BlockMemory {
  /** Takes notice of an instruction; gives the value of a load or kernel read when it is known already. */
  see(inst: Inst): Inst | undefined;
}

type Entry = { readonly offset: number; readonly size: number } & (
  | { readonly kind: "stored"; readonly value: Inst }
  | { readonly kind: "zero" }
  | { readonly kind: "loaded"; readonly mem: MemType; readonly type: Type; readonly value: Inst }
);

/** `emitterAt` gives the means to add instructions in front of the one that is looked at. */
export function blockMemory(escaped: ReadonlySet<SlotInst>, emitterAt: (inst: Inst) => Emitter): BlockMemory {
  /** By base: a slot, or whatever other pointer an access starts from. */
  const contents = new Map<Inst, Entry[]>();
  const kreads = new Map<string, Inst>();
  const see = (inst: Inst): Inst | undefined => {
    if (inst.op === "kread") return seeKread(kreads, inst);
    if (inst.op === "load") return seeLoad(contents, inst, emitterAt(inst));
    if (inst.op === "callfn" || (inst.op === "call" && !isPureCall(inst))) kreads.clear();
    forget(contents, effectsOf(inst), escaped);
    noteWrite(contents, inst);
    return undefined;
  };
  return { see };
}

/** Kernel memory is read like memory that is not volatile; what a program stores is never kernel memory. */
function seeKread(kreads: Map<string, Inst>, inst: KreadInst): Inst | undefined {
  const key = `${inst.mem} ${inst.type} ${inst.args[0]?.id ?? ""}`;
  const earlier = kreads.get(key);
  if (!earlier) kreads.set(key, inst);
  return earlier;
}

function seeLoad(contents: Map<Inst, Entry[]>, inst: LoadInst, emitter: Emitter): Inst | undefined {
  const [pointer] = inst.args;
  if (!pointer) return undefined;
  const { base, offset } = slotOrPointer(pointer, inst.offset);
  const size = memSize(inst.mem);
  const entries = contents.get(base) ?? [];
  for (const entry of entries) {
    if (entry.kind === "zero" && entry.offset <= offset && offset + size <= entry.offset + entry.size) {
      return emitter.constant(inst.type, 0n);
    }
    if (entry.offset !== offset || entry.size !== size) continue;
    if (entry.kind === "stored") return loadedValue(inst.mem, inst.type, entry.value, emitter);
    if (entry.kind === "loaded" && entry.mem === inst.mem && entry.type === inst.type) return entry.value;
  }
  contents.set(base, [...entries, { kind: "loaded", offset, size, mem: inst.mem, type: inst.type, value: inst }]);
  return undefined;
}

/** Slots by their own address, so that pointers into them meet; other pointers by themselves. */
function slotOrPointer(pointer: Inst, offset: number): { base: Inst; offset: number } {
  const place = slotPlace(pointer, offset);
  return place ? { base: place.slot, offset: place.offset } : { base: pointer, offset };
}

function forget(contents: Map<Inst, Entry[]>, effects: Effects, escaped: ReadonlySet<SlotInst>): void {
  for (const access of effects.accesses) {
    if (!access.writes) continue;
    const entries = contents.get(access.slot);
    if (entries)
      contents.set(
        access.slot,
        entries.filter((entry) => !overlaps(entry, access)),
      );
    // Pointers whose origin is not known may point into an escaped slot.
    if (escaped.has(access.slot)) forgetPointers(contents);
  }
  if (!effects.writesOther) return;
  forgetPointers(contents);
  for (const slot of escaped) contents.delete(slot);
}

function forgetPointers(contents: Map<Inst, Entry[]>): void {
  for (const base of contents.keys()) if (base.op !== "slot") contents.delete(base);
}

/** Only slots: other memory may be shared with other programs. */
function noteWrite(contents: Map<Inst, Entry[]>, inst: Inst): void {
  if (inst.op !== "store" && inst.op !== "zero") return;
  const [pointer, value] = inst.args;
  const place = slotPlace(pointer, inst.offset);
  if (!place) return;
  const { slot, offset } = place;
  const entries = contents.get(slot) ?? [];
  if (inst.op === "zero") entries.push({ kind: "zero", offset, size: inst.size });
  else if (value) entries.push({ kind: "stored", offset, size: memSize(inst.mem), value });
  contents.set(slot, entries);
}
