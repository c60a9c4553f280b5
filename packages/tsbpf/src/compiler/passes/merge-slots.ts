// Slots of code that was written out several times (a function that was put in place of its calls) take turns in one:
// the copies then come out the same, and code generation keeps one of them. Two slots are such twins when the same
// place of the source accesses both. Others are left apart: where slots share bytes, the verifier is slower to see that
// two ways to a place are alike.

import { helperById } from "../../bpf/helpers.js";
import { replaceUses } from "../ir/cfg.js";
import type { Cfg } from "../ir/cfg.js";
import type { Block, Func, Inst, SlotInst } from "../ir/ir.js";
import { targets } from "../ir/ir.js";
import { effectsOf, slotPlace } from "./effects.js";
import type { SlotAccess } from "./effects.js";
import type { Pass } from "./pass.js";
import { slotUses } from "./slot-use.js";
import type { Access } from "./slot-use.js";

export const mergeSlots: Pass = {
  name: "merge-slots",
  why: "Equal code on different slots is not equal: copies of it could not be joined.",
  needs: ["share-slots", "lower-kread"],
  breaks: ["dce"],
  run: mergeAll,
};

/** Bounds the work, which grows with the square of this. */
const slotsMax = 64;

/** Slots that become one, and the places that access them. */
interface Group {
  readonly slots: readonly [SlotInst, ...SlotInst[]];
  readonly places: ReadonlySet<string>;
}

function mergeAll(func: Func): boolean {
  const uses = slotUses(func);
  const slots = [...uses.accesses.keys()].slice(0, slotsMax);
  if (slots.length < 2) return false;
  let conflicts: Conflicts | undefined;
  const groups: Group[] = [];
  const replaced = new Map<Inst, Inst>();
  for (const slot of slots) {
    const places = new Set((uses.accesses.get(slot) ?? []).flatMap(placeOf));
    const index = groups.findIndex((group) => {
      const [first] = group.slots;
      if (first.size !== slot.size || first.align !== slot.align) return false;
      if (![...places].some((place) => group.places.has(place))) return false;
      conflicts ??= findConflicts(uses.cfg, new Set(slots));
      return group.slots.every((other) => conflicts?.get(slot)?.has(other) === false);
    });
    const group = groups[index];
    if (group) {
      replaced.set(slot, group.slots[0]);
      groups[index] = { slots: [...group.slots, slot], places: new Set([...group.places, ...places]) };
    } else {
      groups.push({ slots: [slot], places });
    }
  }
  replaceUses(func, replaced);
  return replaced.size > 0;
}

/** What is done there, and where in the source. */
function placeOf({ inst, offset }: Access): string[] {
  const { span } = inst;
  return span ? [`${inst.op} ${offset} ${span.file} ${span.line} ${span.column}`] : [];
}

// ---- conflicts ----------------------------------------------------------------------------------------------------

type Conflicts = ReadonlyMap<SlotInst, ReadonlySet<SlotInst>>;

/** Two slots conflict when one is written while the content of the other is still needed. */
function findConflicts(cfg: Cfg, slots: ReadonlySet<SlotInst>): Conflicts {
  const conflicts = new Map<SlotInst, Set<SlotInst>>([...slots].map((slot) => [slot, new Set()]));
  const needed = new Map<Block, ReadonlySet<SlotInst>>();
  const backwards = [...cfg.rpo].reverse();
  const connect = (slot: SlotInst, other: SlotInst): void => {
    if (slot === other) return;
    conflicts.get(slot)?.add(other);
    conflicts.get(other)?.add(slot);
  };
  for (let changed = true; changed;) {
    changed = false;
    for (const block of backwards) {
      const live = new Set<SlotInst>();
      for (const { block: next } of targets(block.term)) for (const slot of needed.get(next) ?? []) live.add(slot);
      for (let index = block.insts.length - 1; index >= 0; index--) {
        const inst = block.insts[index];
        if (inst) stepBack(inst, slots, live, connect);
      }
      if (live.size === (needed.get(block)?.size ?? 0)) continue;
      needed.set(block, live);
      changed = true;
    }
  }
  return conflicts;
}

function stepBack(
  inst: Inst,
  slots: ReadonlySet<SlotInst>,
  live: Set<SlotInst>,
  connect: (slot: SlotInst, other: SlotInst) => void,
): void {
  const accesses = effectsOf(inst).accesses.filter(({ slot }) => slots.has(slot));
  // What one instruction reads and writes is needed at the same time.
  for (const access of accesses) {
    if (!access.writes) continue;
    for (const other of live) connect(access.slot, other);
    for (const other of accesses) connect(access.slot, other.slot);
  }
  for (const access of accesses) if (overwrites(inst, access)) live.delete(access.slot);
  for (const access of accesses) if (access.reads && !overwrites(inst, access)) live.add(access.slot);
}

/** Nothing of what was in the slot is left. A helper that gives a map's value fills the slot that is made for it. */
function overwrites(inst: Inst, { slot, fills, offset, size }: SlotAccess): boolean {
  if (fills) return offset === 0 && size === slot.size;
  if (inst.op !== "call") return false;
  const filled = helperById(inst.helper)?.args.map((arg) => arg.kind === "map_value" && arg.access === "write");
  const own = inst.args.map((arg) => slotPlace(arg)).map((place) => place?.slot === slot && place.offset === 0);
  return own.every((isOwn, index) => !isOwn || filled?.[index] === true) && own.includes(true);
}
