// Which registers are live where, by backward data flow over machine blocks, and the removal of instructions whose
// result nobody reads.

import { add, addAll, type BitSet, has, makeBitSet, remove } from "./bitset.js";
import { type ById, makeById } from "./by-id.js";
import { forEachDef, forEachTermUse, forEachUse, FIRST_VIRTUAL, successors } from "./machine.js";
import type { MachineBlock, MachineFunc, MachineInst } from "./machine.js";

/** By block id: the registers live at the end of the block (after its terminator). */
export type LiveOut = Readonly<ById<BitSet>>;

/** `back` steps over one instruction, from what is live after it to what is live before it. */
export function computeLiveOut(func: MachineFunc, back: typeof step = step): LiveOut {
  const liveOut = makeById<BitSet>(func.nextBlockId);
  const liveIn = makeById<BitSet>(func.nextBlockId);
  for (const block of func.blocks) liveOut[block.id] = makeBitSet(func.nextReg);
  const order = postorder(func);
  for (let changed = true; changed;) {
    changed = false;
    for (const block of order) {
      const out = (liveOut[block.id] ??= makeBitSet(func.nextReg));
      let grew = liveIn[block.id] === undefined;
      for (const next of successors(block.term)) {
        const nextIn = liveIn[next.id];
        if (nextIn && addAll(out, nextIn)) grew = true;
      }
      if (!grew) continue;
      changed = true;
      const live = (liveIn[block.id] ??= makeBitSet(func.nextReg));
      live.set(out);
      stepTerm(live, block);
      for (let index = block.insts.length - 1; index >= 0; index--) back(live, block.insts[index] as MachineInst);
    }
  }
  return liveOut;
}

/** From what is live after `block`'s terminator to what is live before it. */
export function stepTerm(live: BitSet, block: MachineBlock): void {
  forEachTermUse(block.term, (reg) => add(live, reg));
}

/** From what is live after `inst` to what is live before it. */
export function step(live: BitSet, inst: MachineInst): void {
  forEachDef(inst, (reg) => remove(live, reg));
  forEachUse(inst, (reg) => add(live, reg));
}

/** Blocks after the blocks they lead to, back edges aside: the order in which liveness settles soonest. */
export function postorder(func: MachineFunc): MachineBlock[] {
  const order: MachineBlock[] = [];
  const entry = func.blocks[0];
  if (!entry) return order;
  const seen = new Uint8Array(func.nextBlockId);
  seen[entry.id] = 1;
  const stack = [{ block: entry, next: successors(entry.term) }];
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const next = top.next.pop();
    if (!next) {
      order.push(top.block);
      stack.pop();
    } else if (seen[next.id] === 0) {
      seen[next.id] = 1;
      stack.push({ block: next, next: successors(next.term) });
    }
  }
  return order;
}

/**
 * Selection makes every value where it stands, and then folds some of them into their users: those go here. What only
 * dead instructions read is dead as well (strong liveness), so that one walk finds them all.
 */
export function removeDeadInsts(func: MachineFunc): void {
  const liveOut = computeLiveOut(func, stepUnlessDead);
  for (const block of func.blocks) {
    const live = liveOut[block.id] ?? makeBitSet(func.nextReg);
    stepTerm(live, block);
    const kept: MachineInst[] = [];
    for (let index = block.insts.length - 1; index >= 0; index--) {
      const inst = block.insts[index] as MachineInst;
      if (isDead(inst, live)) continue;
      step(live, inst);
      kept.push(inst);
    }
    if (kept.length < block.insts.length) block.insts = kept.reverse();
  }
}

function stepUnlessDead(live: BitSet, inst: MachineInst): void {
  if (!isDead(inst, live)) step(live, inst);
}

function isDead(inst: MachineInst, live: BitSet): boolean {
  if (inst.kind === "call" || inst.kind === "store" || inst.kind === "atomic") return false;
  return inst.dst >= FIRST_VIRTUAL && !has(live, inst.dst);
}
