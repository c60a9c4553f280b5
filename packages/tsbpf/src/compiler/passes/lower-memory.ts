// zero and copy become loads and stores of the widest widths that their alignment allows, and constants that are
// stored side by side to a slot become fewer, wider stores.

import type { Block, CopyInst, Func, Inst, SlotInst, StoreInst, ZeroInst } from "../ir/ir.js";
import { memSize } from "../ir/ir.js";
import { constOf, constantPool, makeInst } from "./edit.js";
import type { ConstantPool, NewInst } from "./edit.js";
import { effectsOf, hasSideEffect, slotPlace } from "./effects.js";
import type { Pass } from "./pass.js";
import { alignAt } from "./pieces.js";
import { scatteredSlots, scatteredWidth } from "./scattered-slots.js";

export const lowerMemory: Pass = {
  name: "lower-memory",
  why: "Instruction selection knows loads and stores of one to eight bytes, nothing longer.",
  needs: ["dse"],
  breaks: [],
  run: (func) => {
    const pool = constantPool(func);
    const scattered = scatteredSlots(func);
    let changed = false;
    for (const block of func.blocks) changed = lowerBlock(func, block, pool, scattered) || changed;
    pool.flush();
    return changed;
  },
};

/** Bytes of one slot that are about to be set to constants. */
interface Run {
  readonly slot: SlotInst;
  readonly bytes: Map<number, number>;
  readonly insts: Inst[];
}

type Emit = (body: NewInst) => Inst;

const memOfSize = new Map<number, StoreInst["mem"]>([
  [1, "u8"],
  [2, "u16"],
  [4, "u32"],
  [8, "u64"],
]);

type Scattered = ReadonlyMap<SlotInst, unknown>;

function lowerBlock(func: Func, block: Block, pool: ConstantPool, scattered: Scattered): boolean {
  const out: Inst[] = [];
  let run: Run | undefined;
  let changed = false;
  const emitAs =
    (inst: Inst): Emit =>
    (body) => {
      const made = makeInst(func, body, inst.span);
      out.push(made);
      return made;
    };
  const flush = (): void => {
    if (run && flushRun(run, pool, scattered, out, emitAs)) changed = true;
    run = undefined;
  };
  for (const inst of block.insts) {
    const constant = constantStore(inst);
    if (constant) {
      if (run && run.slot !== constant.slot) flush();
      run ??= { slot: constant.slot, bytes: new Map(), insts: [] };
      run.insts.push(inst);
      for (const [index, byte] of constant.bytes.entries()) run.bytes.set(constant.offset + index, byte);
      continue;
    }
    // Only memory accesses end a run: arithmetic in between does not mind when the stores happen.
    if (hasSideEffect(inst) || effectsOf(inst).readsOther || effectsOf(inst).accesses.length > 0) flush();
    if (inst.op === "zero") changed = lowerZero(inst, pool, scattered, emitAs(inst));
    else if (inst.op === "copy") changed = lowerCopy(inst, scattered, emitAs(inst));
    else out.push(inst);
  }
  flush();
  block.insts = out;
  return changed;
}

interface ConstantStore {
  readonly slot: SlotInst;
  readonly offset: number;
  readonly bytes: readonly number[];
}

function constantStore(inst: Inst): ConstantStore | undefined {
  if (inst.op !== "store" && inst.op !== "zero") return undefined;
  const [pointer, stored] = inst.args;
  const value = inst.op === "zero" ? 0n : constOf(stored);
  const place = slotPlace(pointer, inst.offset);
  if (value === undefined || !place || stored?.type === "ptr") return undefined;
  const size = inst.op === "zero" ? inst.size : memSize(inst.mem);
  if (place.offset < 0 || place.offset + size > place.slot.size) return undefined;
  const bytes = Array.from({ length: size }, (_, index) => Number((value >> BigInt(8 * index)) & 0xffn));
  return { ...place, bytes };
}

/** True when the run came out differently from what stood there. */
function flushRun(
  run: Run,
  pool: ConstantPool,
  scattered: Scattered,
  out: Inst[],
  emitAs: (inst: Inst) => Emit,
): boolean {
  const [first] = run.insts;
  if (!first) return false;
  const stores = planStores(run, scattered);
  const lowered = run.insts.some((inst) => inst.op === "zero");
  if (!lowered && stores.length >= run.insts.length) {
    for (const inst of run.insts) out.push(inst);
    return false;
  }
  const emit = emitAs(first);
  for (const { offset, size, value } of stores) {
    const mem = memOfSize.get(size) ?? "u8";
    emit({ op: "store", type: "void", mem, offset, args: [run.slot, pool.get(size === 8 ? "i64" : "i32", value)] });
  }
  return true;
}

interface PlannedStore {
  readonly offset: number;
  readonly size: number;
  readonly value: bigint;
}

function planStores(run: Run, scattered: Scattered): PlannedStore[] {
  const stores: PlannedStore[] = [];
  const offsets = [...run.bytes.keys()].sort((a, b) => a - b);
  let end = 0;
  for (const offset of offsets) {
    if (offset < end) continue;
    const store = widestStore(run, offset, widthAt(run.slot, offset, scattered));
    stores.push(store);
    end = offset + store.size;
  }
  return stores;
}

/** BPF stores an immediate of 32 bits; a 64-bit store sign-extends it, so not every pair of halves can be one store. */
function widestStore(run: Run, offset: number, widest: number): PlannedStore {
  for (let size = widest; ; size /= 2) {
    let value = 0n;
    let complete = true;
    for (let index = size - 1; index >= 0; index--) {
      const byte = run.bytes.get(offset + index);
      complete &&= byte !== undefined;
      value = (value << 8n) | BigInt(byte ?? 0);
    }
    const fits = size < 8 || BigInt.asUintN(64, BigInt.asIntN(32, value)) === value;
    if (complete && (fits || size === 1)) return { offset, size, value };
  }
}

function lowerZero(inst: ZeroInst, pool: ConstantPool, scattered: Scattered, emit: Emit): true {
  const [base] = inst.args;
  const aligned = alignments(base, inst.offset, inst.align, scattered);
  for (const { delta, size } of widths(inst.size, aligned)) {
    const value = pool.get(size === 8 ? "i64" : "i32", 0n);
    const mem = memOfSize.get(size) ?? "u8";
    if (base) emit({ op: "store", type: "void", mem, offset: inst.offset + delta, args: [base, value] });
  }
  return true;
}

function lowerCopy(inst: CopyInst, scattered: Scattered, emit: Emit): true {
  const [dst, src] = inst.args;
  const dstAligned = alignments(dst, inst.dstOffset, inst.align, scattered);
  const srcAligned = alignments(src, inst.srcOffset, inst.align, none);
  for (const { delta, size } of widths(inst.size, (at) => Math.min(dstAligned(at), srcAligned(at)))) {
    const mem = memOfSize.get(size) ?? "u8";
    if (!dst || !src) continue;
    const value = emit({
      op: "load",
      type: size === 8 ? "i64" : "i32",
      mem,
      offset: inst.srcOffset + delta,
      args: [src],
    });
    emit({ op: "store", type: "void", mem, offset: inst.dstOffset + delta, args: [dst, value] });
  }
  return true;
}

const none: Scattered = new Map();

/** The widest access from each byte on after pointer + offset: exact in a slot, otherwise by that of the first byte. */
function alignments(
  pointer: Inst | undefined,
  offset: number,
  align: number,
  scattered: Scattered,
): (delta: number) => number {
  const place = slotPlace(pointer, offset);
  return (delta) => (place ? widthAt(place.slot, place.offset + delta, scattered) : alignAt(align, delta));
}

function widthAt(slot: SlotInst, offset: number, scattered: Scattered): number {
  const aligned = alignAt(slot.align, offset);
  return scattered.has(slot) ? Math.min(aligned, scatteredWidth(slot, offset)) : aligned;
}

/** `size` bytes as accesses that are each aligned to their own size. */
function widths(size: number, alignment: (delta: number) => number): { delta: number; size: number }[] {
  const parts: { delta: number; size: number }[] = [];
  for (let delta = 0; delta < size;) {
    let width = alignment(delta);
    while (delta + width > size) width /= 2;
    parts.push({ delta, size: width });
    delta += width;
  }
  return parts;
}
