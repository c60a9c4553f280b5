// Which registers are live where, by backward data flow over machine blocks, and the removal of instructions whose
// result nobody reads.

import { add, addAll, type BitSet, has, makeBitSet, remove } from "./bitset.js";
import { forEachDef, forEachTermUse, forEachUse, FIRST_VIRTUAL, successors } from "./machine.js";
import type { MachineBlock, MachineFunc, MachineInst } from "./machine.js";

/** The registers live at the end of each block (after its terminator). */
export type LiveOut = ReadonlyMap<MachineBlock, BitSet>;

export function computeLiveOut(func: MachineFunc): LiveOut {
  const liveOut = new Map<MachineBlock, BitSet>();
  const liveIn = new Map<MachineBlock, BitSet>();
  for (const block of func.blocks) liveOut.set(block, makeBitSet(func.nextReg));
  const order = postorder(func);
  for (let changed = true; changed;) {
    changed = false;
    for (const block of order) {
      const out = liveOut.get(block) ?? makeBitSet(func.nextReg);
      let grew = !liveIn.has(block);
      for (const next of successors(block.term)) {
        const nextIn = liveIn.get(next);
        if (nextIn && addAll(out, nextIn)) grew = true;
      }
      if (!grew) continue;
      changed = true;
      const live = out.slice();
      stepTerm(live, block);
      for (let index = block.insts.length - 1; index >= 0; index--) step(live, block.insts[index] as MachineInst);
      liveIn.set(block, live);
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
  const seen = new Set<MachineBlock>([entry]);
  const stack = [{ block: entry, next: successors(entry.term) }];
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    const next = top.next.pop();
    if (!next) {
      order.push(top.block);
      stack.pop();
    } else if (!seen.has(next)) {
      seen.add(next);
      stack.push({ block: next, next: successors(next.term) });
    }
  }
  return order;
}

/** Selection makes every value where it stands, and then folds some of them into their users: those go here. */
export function removeDeadInsts(func: MachineFunc): void {
  for (let changed = true; changed;) {
    changed = false;
    const liveOut = computeLiveOut(func);
    for (const block of func.blocks) {
      const live = (liveOut.get(block) ?? makeBitSet(func.nextReg)).slice();
      stepTerm(live, block);
      const kept: MachineInst[] = [];
      for (let index = block.insts.length - 1; index >= 0; index--) {
        const inst = block.insts[index] as MachineInst;
        if (isDead(inst, live)) continue;
        step(live, inst);
        kept.push(inst);
      }
      if (kept.length === block.insts.length) continue;
      block.insts = kept.reverse();
      changed = true;
    }
  }
}

function isDead(inst: MachineInst, live: BitSet): boolean {
  if (inst.kind === "call" || inst.kind === "store" || inst.kind === "atomic") return false;
  return inst.dst >= FIRST_VIRTUAL && !has(live, inst.dst);
}
