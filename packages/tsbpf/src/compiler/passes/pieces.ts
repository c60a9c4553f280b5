// Which bytes of which stack slots can become SSA values: pieces at a fixed offset that every load and store touches
// as a whole. Where slots are copied, the pieces of one side are those of the other as well.

import type { Func, Inst, SlotInst } from "../ir/ir.js";
import { memSize } from "../ir/ir.js";
import { effectsOf, escapedSlots, overlaps, slotPlace } from "./effects.js";

export interface Piece {
  readonly slot: SlotInst;
  readonly offset: number;
  readonly size: 1 | 2 | 4 | 8;
}

/** The pieces of each slot, by offset. */
export type Pieces = ReadonlyMap<SlotInst, readonly Piece[]>;

interface Range {
  readonly offset: number;
  readonly size: number;
}

/** A copy between two places, either of which may be a slot. */
export interface CopyEnds {
  readonly dst: { readonly slot: SlotInst; readonly offset: number } | undefined;
  readonly src: { readonly slot: SlotInst; readonly offset: number } | undefined;
  readonly size: number;
  readonly align: number;
}

/** A slot that is read in more different ways than this is left in memory. */
const rangesMax = 128;

interface SlotUse {
  /** Wanted as pieces, by "offset:size". */
  readonly wanted: Map<string, Range>;
  /** Touched in ways that need memory. */
  readonly blocked: Range[];
  readonly copies: CopyEnds[];
}

export function findPieces(func: Func): Pieces {
  const uses = collectUses(func);
  spreadOverCopies(uses);
  const pieces = new Map<SlotInst, Piece[]>();
  for (const [slot, use] of uses) {
    const own = settle(slot, use);
    if (own.length > 0) pieces.set(slot, own);
  }
  dropMisaligned(uses, pieces);
  return pieces;
}

export function copyEnds(inst: Inst & { op: "copy" }): CopyEnds {
  return {
    dst: slotPlace(inst.args[0], inst.dstOffset),
    src: slotPlace(inst.args[1], inst.srcOffset),
    size: inst.size,
    align: inst.align,
  };
}

/** The alignment of an address `delta` bytes after one that is aligned to `align`. */
export function alignAt(align: number, delta: number): number {
  let result = align;
  while (result > 1 && delta % result !== 0) result /= 2;
  return result;
}

function collectUses(func: Func): Map<SlotInst, SlotUse> {
  const uses = new Map<SlotInst, SlotUse>();
  for (const inst of func.blocks[0]?.insts ?? []) {
    if (inst.op === "slot") uses.set(inst, { wanted: new Map(), blocked: [], copies: [] });
  }
  for (const slot of escapedSlots(func)) block(uses.get(slot), { offset: 0, size: slot.size });
  for (const block of func.blocks) for (const inst of block.insts) collectUse(inst, uses);
  return uses;
}

function collectUse(inst: Inst, uses: Map<SlotInst, SlotUse>): void {
  switch (inst.op) {
    case "load":
    case "store": {
      const place = slotPlace(inst.args[0], inst.offset);
      const use = place && uses.get(place.slot);
      if (!place || !use) return;
      const range = { offset: place.offset, size: memSize(inst.mem) };
      // Outside the slot: code that never runs, which is left alone.
      if (range.offset < 0 || range.offset + range.size > place.slot.size)
        block(use, { offset: 0, size: place.slot.size });
      else want(use, range);
      return;
    }
    case "zero": {
      const place = slotPlace(inst.args[0], inst.offset);
      if (place) uses.get(place.slot)?.copies.push({ dst: place, src: undefined, size: inst.size, align: 8 });
      return;
    }
    case "copy": {
      const ends = copyEnds(inst);
      if (ends.dst) uses.get(ends.dst.slot)?.copies.push(ends);
      if (ends.src) uses.get(ends.src.slot)?.copies.push(ends);
      return;
    }
    default:
      for (const access of effectsOf(inst).accesses) block(uses.get(access.slot), access);
  }
}

function block(use: SlotUse | undefined, range: Range): void {
  use?.blocked.push({ offset: range.offset, size: range.size });
}

function want(use: SlotUse, range: Range): boolean {
  const key = `${range.offset}:${range.size}`;
  if (use.wanted.has(key)) return false;
  use.wanted.set(key, range);
  return true;
}

/** What one side of a copy wants as a piece, the other side wants too. */
function spreadOverCopies(uses: Map<SlotInst, SlotUse>): void {
  const work: [SlotInst, Range][] = [];
  for (const [slot, use] of uses) for (const range of use.wanted.values()) work.push([slot, range]);
  for (let item = work.pop(); item; item = work.pop()) {
    const [slot, range] = item;
    for (const copy of uses.get(slot)?.copies ?? []) {
      for (const [here, there] of [
        [copy.dst, copy.src],
        [copy.src, copy.dst],
      ] as const) {
        if (here?.slot !== slot || !there) continue;
        const other = uses.get(there.slot);
        const mapped = { offset: range.offset - here.offset + there.offset, size: range.size };
        if (!other || other.wanted.size >= rangesMax || !isInside(range, { offset: here.offset, size: copy.size }))
          continue;
        if (want(other, mapped)) work.push([there.slot, mapped]);
      }
    }
  }
}

function isInside(inner: Range, outer: Range): boolean {
  return outer.offset <= inner.offset && inner.offset + inner.size <= outer.offset + outer.size;
}

/** The wanted ranges that overlap nothing but copies which cover them wholly. */
function settle(slot: SlotInst, use: SlotUse): Piece[] {
  if (use.wanted.size > rangesMax) return [];
  const cut = use.copies.flatMap((copy) =>
    [copy.dst, copy.src].flatMap((end) => (end?.slot === slot ? [{ offset: end.offset, size: copy.size }] : [])),
  );
  // Different copies often cover the same range.
  const cuts = [...new Map(cut.map((range) => [`${range.offset}:${range.size}`, range])).values()];
  const wanted = [...use.wanted.values()].sort((a, b) => a.offset - b.offset || a.size - b.size);
  const blocked = mergeRanges(use.blocked);
  const pieces: Piece[] = [];
  let end = 0;
  for (const [index, range] of wanted.entries()) {
    const next = wanted[index + 1];
    const free = range.offset >= end && !(next && overlaps(range, next));
    end = Math.max(end, range.offset + range.size);
    if (!free || blocked.some((other) => overlaps(range, other))) continue;
    if (cuts.some((other) => overlaps(range, other) && !isInside(range, other))) continue;
    pieces.push({ slot, offset: range.offset, size: range.size as Piece["size"] });
  }
  return pieces;
}

function mergeRanges(ranges: readonly Range[]): Range[] {
  const merged: { offset: number; size: number }[] = [];
  for (const range of [...ranges].sort((a, b) => a.offset - b.offset)) {
    const last = merged.at(-1);
    if (last && range.offset <= last.offset + last.size) {
      last.size = Math.max(last.size, range.offset + range.size - last.offset);
    } else {
      merged.push({ ...range });
    }
  }
  return merged;
}

/** A piece that is copied from or to memory is loaded or stored there, which that memory's alignment must allow. */
function dropMisaligned(uses: Map<SlotInst, SlotUse>, pieces: Map<SlotInst, Piece[]>): void {
  for (let dropped = true; dropped;) {
    dropped = false;
    for (const [slot, own] of pieces) {
      const copies = uses.get(slot)?.copies ?? [];
      const kept = own.filter((piece) => copies.every((copy) => isCopyable(piece, copy, pieces)));
      if (kept.length === own.length) continue;
      pieces.set(slot, kept);
      dropped = true;
    }
  }
}

function isCopyable(piece: Piece, copy: CopyEnds, pieces: Pieces): boolean {
  for (const [here, there] of [
    [copy.dst, copy.src],
    [copy.src, copy.dst],
  ] as const) {
    if (here?.slot !== piece.slot || !isInside(piece, { offset: here.offset, size: copy.size })) continue;
    const delta = piece.offset - here.offset;
    const twin =
      there &&
      pieces.get(there.slot)?.some((other) => other.offset === there.offset + delta && other.size === piece.size);
    if (!twin && alignAt(copy.align, delta) < piece.size) return false;
  }
  return true;
}
