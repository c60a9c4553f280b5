// Small slots that each hold one value for one helper become few: the keys and values of map operations that are never
// needed at the same time take turns in one slot. Code that was written out several times (a function that was put in
// place of its calls) then comes out the same, and code generation keeps one copy of its end.

import { replaceUses } from "../ir/cfg.js";
import type { Cfg } from "../ir/cfg.js";
import type { Block, Func, Inst, SlotInst } from "../ir/ir.js";
import { memSize, targets } from "../ir/ir.js";
import { effectsOf } from "./effects.js";
import type { Pass } from "./pass.js";
import { comesBefore, slotUses } from "./slot-use.js";
import type { Access, SlotUses } from "./slot-use.js";

export const mergeSlots: Pass = {
  name: "merge-slots",
  why: "Equal code on different slots is not equal: ends of blocks that could be shared are not.",
  needs: ["share-slots", "lower-kread"],
  breaks: ["dce"],
  run: mergeAll,
};

/** Bounds the work, which grows with the square of this. */
const slotsMax = 64;

function mergeAll(func: Func): boolean {
  const uses = slotUses(func);
  const slots = [...uses.accesses]
    .filter(([slot, accesses]) => isHolder(uses, slot, accesses))
    .map(([slot]) => slot)
    .slice(0, slotsMax);
  if (slots.length < 2) return false;
  const conflicts = findConflicts(uses.cfg, slots);
  const merged: SlotInst[][] = [];
  const replaced = new Map<Inst, Inst>();
  for (const slot of slots) {
    const home = merged.find(([first, ...more]) => {
      if (!first || first.size !== slot.size || first.align !== slot.align) return false;
      return [first, ...more].every((other) => !conflicts.get(slot)?.has(other));
    });
    const [first] = home ?? [];
    if (home && first) {
      home.push(slot);
      replaced.set(slot, first);
    } else {
      merged.push([slot]);
    }
  }
  replaceUses(func, replaced);
  return replaced.size > 0;
}

/** One store fills the slot; all else only reads it, and comes after. */
function isHolder(uses: SlotUses, slot: SlotInst, accesses: readonly Access[]): boolean {
  const own = accesses.find((access) => access.writes);
  if (own?.inst.op !== "store" || own.offset !== 0 || memSize(own.inst.mem) !== slot.size) return false;
  return accesses.every((access) => access === own || (!access.writes && comesBefore(uses, own, access)));
}

/** A slot is in use from its store to its last reader; at the store of another one, both are in use. */
function findConflicts(cfg: Cfg, slots: readonly SlotInst[]): ReadonlyMap<SlotInst, ReadonlySet<SlotInst>> {
  const conflicts = new Map<SlotInst, Set<SlotInst>>(slots.map((slot) => [slot, new Set()]));
  const needed = new Map<Block, ReadonlySet<SlotInst>>();
  const tracked = new Set(slots);
  const backwards = [...cfg.rpo].reverse();
  const walk = (block: Block, onStore: (slot: SlotInst, live: ReadonlySet<SlotInst>) => void): Set<SlotInst> => {
    const live = new Set<SlotInst>();
    for (const { block: next } of targets(block.term)) for (const slot of needed.get(next) ?? []) live.add(slot);
    for (let index = block.insts.length - 1; index >= 0; index--) {
      const inst = block.insts[index];
      for (const access of inst ? effectsOf(inst).accesses : []) {
        if (!tracked.has(access.slot)) continue;
        if (access.writes) {
          live.delete(access.slot);
          onStore(access.slot, live);
        } else {
          live.add(access.slot);
        }
      }
    }
    return live;
  };
  for (let changed = true; changed;) {
    changed = false;
    for (const block of backwards) {
      const live = walk(block, () => undefined);
      if (live.size === (needed.get(block)?.size ?? 0)) continue;
      needed.set(block, live);
      changed = true;
    }
  }
  for (const block of backwards) {
    walk(block, (slot, live) => {
      for (const other of live) {
        conflicts.get(slot)?.add(other);
        conflicts.get(other)?.add(slot);
      }
    });
  }
  return conflicts;
}
