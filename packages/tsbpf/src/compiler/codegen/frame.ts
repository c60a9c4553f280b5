// The stack frame: gives every slot an offset from r10, such that slots whose contents are never needed at the same
// time may share bytes. Runs on final registers, when it is known which registers were spilled.

import { add, addAll, type BitSet, forEach, has, makeBitSet, remove } from "./bitset.js";
import { type ById, makeById } from "./by-id.js";
import type { CodegenProblem } from "./code.js";
import { postorder } from "./liveness.js";
import { predecessorLists } from "./loops.js";
import { type MachineBlock, type MachineFunc, type MachineInst, successors } from "./machine.js";

export interface Frame {
  readonly kind: "frame";
  /** By slot index: the (negative) distance from r10 to the slot's first byte. */
  readonly offsets: readonly number[];
  readonly sizeBytes: number;
}

/** Slots are aligned to 8 bytes: the verifier tracks the stack in such words. */
const SLOT_ALIGN = 8;

/** Removes stores of spilled registers that are stored again before anyone loads them. */
export function removeDeadSpills(func: MachineFunc): void {
  if (!func.slots.some((slot) => slot.spill)) return;
  const neededLater = backwards(func);
  for (const block of func.blocks) {
    const live = (neededLater[block.id] ?? makeBitSet(func.slots.length)).slice();
    const kept: MachineInst[] = [];
    for (let index = block.insts.length - 1; index >= 0; index--) {
      const inst = block.insts[index] as MachineInst;
      const dead = inst.kind === "store" && inst.touches.some((slot) => func.slots[slot]?.spill && !has(live, slot));
      if (dead) continue;
      stepBack(func, live, inst);
      kept.push(inst);
    }
    block.insts = kept.reverse();
  }
}

/**
 * The verifier counts what a helper overwrites as read (kernel/bpf/verifier.c, check_stack_range_initialized): where
 * slots share bytes, what is left of one slot keeps it from seeing that two ways to a place are alike. So they only
 * share where there is need.
 */
export function layOutFrame(func: MachineFunc, limitBytes: number): Frame | CodegenProblem {
  if (func.slots.length === 0) return { kind: "frame", offsets: [], sizeBytes: 0 };
  const used = makeBitSet(func.slots.length);
  for (const block of func.blocks) for (const inst of block.insts) for (const slot of slotsNamed(inst)) add(used, slot);
  const order = [...func.slots.keys()].filter((slot) => has(used, slot));
  order.sort((a, b) => sizeOf(func, b) - sizeOf(func, a) || a - b);
  const total = order.reduce((sum, slot) => sum + sizeOf(func, slot), 0);
  const apart = func.ownsStack && total <= limitBytes;
  const everywhere = new Set(order);
  const frame = place(func, order, apart ? func.slots.map(() => everywhere) : findConflicts(func));
  if (frame.sizeBytes <= limitBytes) return frame;
  const largest = order.find((slot) => func.slots[slot]?.span);
  return {
    kind: "frame-too-large",
    sizeBytes: frame.sizeBytes,
    limitBytes,
    span: largest === undefined ? undefined : func.slots[largest]?.span,
  };
}

function place(func: MachineFunc, order: readonly number[], conflicts: readonly ReadonlySet<number>[]): Frame {
  const offsets: number[] = func.slots.map(() => 0);
  const placed = new Set<number>();
  let sizeBytes = 0;
  for (const slot of order) {
    const taken = [...(conflicts[slot] ?? [])]
      .filter((other) => placed.has(other))
      .map((other) => {
        const end = padding(func, other) - (offsets[other] ?? 0);
        return { start: end - sizeOf(func, other), end };
      });
    const start = firstGap(taken, sizeOf(func, slot));
    offsets[slot] = -(start + sizeOf(func, slot)) + padding(func, slot);
    sizeBytes = Math.max(sizeBytes, start + sizeOf(func, slot));
    placed.add(slot);
  }
  return { kind: "frame", offsets, sizeBytes };
}

function sizeOf(func: MachineFunc, slot: number): number {
  const size = func.slots[slot]?.size ?? 0;
  return Math.ceil(Math.max(size, 1) / SLOT_ALIGN) * SLOT_ALIGN;
}

/**
 * Four bytes stand in the upper half of their word. Where the verifier (kernel/bpf/verifier.c, check_stack_write) sees
 * a register stored to a whole word or to its lower half, it follows the number, and looks at everything behind anew
 * for each number that a map's key may have.
 */
function padding(func: MachineFunc, slot: number): number {
  const { size, spill } = func.slots[slot] ?? { size: SLOT_ALIGN, spill: false };
  return size === 4 && !spill ? 4 : 0;
}

/** The lowest distance below r10 at which `size` bytes are free. */
function firstGap(taken: { readonly start: number; readonly end: number }[], size: number): number {
  let at = 0;
  for (const { start, end } of taken.sort((a, b) => a.start - b.start)) {
    if (start - at >= size) break;
    at = Math.max(at, end);
  }
  return at;
}

// ---- conflicts ----------------------------------------------------------------------------------------------------

/** The slots an instruction names, be it only to take an address. */
function slotsNamed(inst: MachineInst): readonly number[] {
  return inst.kind === "slotaddr" ? [inst.slot] : inst.touches;
}

/**
 * A slot's content matters from an access to a later one. Two slots conflict when one is accessed while the content
 * of the other matters.
 */
function findConflicts(func: MachineFunc): readonly Set<number>[] {
  const count = func.slots.length;
  const conflicts = Array.from({ length: count }, () => new Set<number>());
  const connect = (a: number, b: number): void => {
    if (a === b) return;
    conflicts[a]?.add(b);
    conflicts[b]?.add(a);
  };
  for (let slot = 0; slot < count; slot++) {
    if (!func.slots[slot]?.escapes) continue;
    for (let other = 0; other < count; other++) connect(slot, other);
  }
  const neededLater = backwards(func);
  const reached = forwards(func);
  for (const block of func.blocks) {
    const before = reached[block.id] ?? makeBitSet(count);
    const firstAccess = firstAccesses(block);
    const live = (neededLater[block.id] ?? makeBitSet(count)).slice();
    for (let index = block.insts.length - 1; index >= 0; index--) {
      const inst = block.insts[index] as MachineInst;
      if (inst.touches.length === 0) continue;
      for (const slot of inst.touches) {
        forEach(live, (other) => {
          if (has(before, other) || (firstAccess.get(other) ?? index) < index) connect(slot, other);
        });
        for (const other of inst.touches) connect(slot, other);
      }
      stepBack(func, live, inst);
    }
  }
  return conflicts;
}

function firstAccesses(block: MachineBlock): ReadonlyMap<number, number> {
  const first = new Map<number, number>();
  for (const [index, inst] of block.insts.entries()) {
    for (const slot of inst.touches) if (!first.has(slot)) first.set(slot, index);
  }
  return first;
}

/** A spilled register is written as a whole, so what was there before does not matter. */
function stepBack(func: MachineFunc, live: BitSet, inst: MachineInst): void {
  for (const slot of inst.touches) {
    if (inst.kind === "store" && func.slots[slot]?.spill) remove(live, slot);
    else add(live, slot);
  }
}

/** By block id: slots that may be accessed after the block's end. */
function backwards(func: MachineFunc): Readonly<ById<BitSet>> {
  const out = makeById<BitSet>(func.nextBlockId);
  const into = makeById<BitSet>(func.nextBlockId);
  for (const block of func.blocks) out[block.id] = makeBitSet(func.slots.length);
  const order = postorder(func);
  for (let changed = true; changed;) {
    changed = false;
    for (const block of order) {
      const after = out[block.id] ?? makeBitSet(func.slots.length);
      let grew = into[block.id] === undefined;
      for (const next of successors(block.term)) {
        const nextIn = into[next.id];
        if (nextIn && addAll(after, nextIn)) grew = true;
      }
      if (!grew) continue;
      changed = true;
      const live = after.slice();
      for (let index = block.insts.length - 1; index >= 0; index--) {
        stepBack(func, live, block.insts[index] as MachineInst);
      }
      into[block.id] = live;
    }
  }
  return out;
}

/** By block id: slots that may have been accessed before the block's start. */
function forwards(func: MachineFunc): Readonly<ById<BitSet>> {
  const into = makeById<BitSet>(func.nextBlockId);
  const out = makeById<BitSet>(func.nextBlockId);
  for (const block of func.blocks) into[block.id] = makeBitSet(func.slots.length);
  const order = postorder(func).reverse();
  const predecessors = predecessorLists(func);
  for (let changed = true; changed;) {
    changed = false;
    for (const block of order) {
      const before = into[block.id] ?? makeBitSet(func.slots.length);
      let grew = out[block.id] === undefined;
      for (const previous of predecessors[block.id] ?? []) {
        const previousOut = out[previous.id];
        if (previousOut && addAll(before, previousOut)) grew = true;
      }
      if (!grew) continue;
      changed = true;
      const after = before.slice();
      for (const inst of block.insts) for (const slot of inst.touches) add(after, slot);
      out[block.id] = after;
    }
  }
  return into;
}
