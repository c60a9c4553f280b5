// Copies of a value that helpers read through a pointer. Each operation on a map gets a stack slot for its key; where a
// slot of the same size holds the same value already, and keeps it, the helper reads that one instead.
//
// A slot gives way when it is written by a single store and only ever read. The other slot must hold the value whenever
// the first is read: it is stored there on every way to that store, and nothing writes to it afterwards. Only slots of
// one size, because how many bytes a helper reads of a map's key is known by the size of its slot alone.

import { replaceUses } from "../ir/cfg.js";
import type { Func, Inst, SlotInst, StoreInst } from "../ir/ir.js";
import { memSize } from "../ir/ir.js";
import { slotPlace } from "./effects.js";
import { stripLow } from "./fold-convert.js";
import type { Pass } from "./pass.js";
import { accessesOf, canReach, comesBefore, slotUses } from "./slot-use.js";
import type { Access, Bytes, SlotUses } from "./slot-use.js";

export const shareSlots: Pass = {
  name: "share-slots",
  why: "Every map operation stores its key anew, be it the same key as before.",
  needs: ["promote"],
  breaks: ["dce"],
  run: shareEqualSlots,
};

/** A store of a whole value to known bytes. */
interface Stored extends Bytes {
  readonly access: Access;
}

/** Places that are compared with each slot: a bound on the work for functions with thousands of equal keys. */
const placesMax = 16;

function shareEqualSlots(func: Func): boolean {
  const uses = slotUses(func);
  const byValue = storedValues(uses);
  const replaced = new Map<Inst, Inst>();
  const gone = new Set<Inst>();
  for (const [slot, accesses] of uses.accesses) {
    const [own] = accesses.filter((access) => access.writes);
    if (!own || !canGiveWay(uses, slot, own, accesses)) continue;
    const places = (byValue.get(keyOf(own.inst as StoreInst)) ?? []).slice(0, placesMax);
    const place = places.find((other) => !gone.has(other.access.inst) && holdsInstead(uses, slot, own, other));
    if (!place) continue;
    replaced.set(slot, place.slot);
    gone.add(own.inst);
  }
  if (gone.size === 0) return false;
  for (const block of func.blocks) block.insts = block.insts.filter((inst) => !gone.has(inst));
  replaceUses(func, replaced);
  return true;
}

function storedValues(uses: SlotUses): Map<string, Stored[]> {
  const byValue = new Map<string, Stored[]>();
  for (const [slot, accesses] of uses.accesses) {
    for (const access of accesses) {
      const { inst } = access;
      if (inst.op !== "store") continue;
      const place = slotPlace(inst.args[0], inst.offset);
      const size = memSize(inst.mem);
      if (place?.offset !== 0 || size !== slot.size) continue;
      const key = keyOf(inst);
      const known = byValue.get(key);
      if (known) known.push({ ...place, size, access });
      else byValue.set(key, [{ ...place, size, access }]);
    }
  }
  return byValue;
}

/** Equal for stores that leave the same bytes. */
function keyOf(store: StoreInst): string {
  const [, value] = store.args;
  const size = memSize(store.mem);
  const bits = size === 1 ? 8 : size === 2 ? 16 : 32;
  const kept = value && size < 8 ? stripLow(value, bits, undefined) : value;
  return `${size} ${kept?.id ?? ""}`;
}

/** One store fills the slot, and all that reads it comes after. */
function canGiveWay(uses: SlotUses, slot: SlotInst, own: Access, accesses: readonly Access[]): boolean {
  const { inst } = own;
  if (inst.op !== "store" || own.offset !== 0 || memSize(inst.mem) !== slot.size) return false;
  if (slotPlace(inst.args[0], inst.offset)?.offset !== 0) return false;
  return accesses.every((access) => access === own || (!access.writes && comesBefore(uses, own, access)));
}

function holdsInstead(uses: SlotUses, slot: SlotInst, own: Access, place: Stored): boolean {
  if (place.slot === slot || place.size !== slot.size || place.slot.align < slot.align) return false;
  if (!comesBefore(uses, place.access, own)) return false;
  return accessesOf(uses, place).every(
    (access) => access === place.access || !access.writes || !canReach(uses, place.access, access),
  );
}
