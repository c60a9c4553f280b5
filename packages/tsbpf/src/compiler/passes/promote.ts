// Promotes stack slots, or pieces of them at fixed offsets, to SSA values. First zero and copy are split at the edges
// of pieces, so that only whole loads and stores of them are left; then every piece is a variable, and block
// parameters are placed on the iterated dominance frontier of its stores, where it is live (Cytron et al., "Efficiently
// Computing Static Single Assignment Form", 1991).

import {
  buildCfg,
  buildDomTree,
  dominanceFrontiers,
  predecessors,
  replaceIn,
  replaceInTerm,
  replaceUses,
  resolveThrough,
  walkDomTree,
} from "../ir/cfg.js";
import type { Cfg, DomTree } from "../ir/cfg.js";
import type { Block, CopyInst, Func, Inst, MemType, ParamInst, SlotInst, StoreInst, ZeroInst } from "../ir/ir.js";
import { memSize, targets } from "../ir/ir.js";
import { constantPool, makeInst } from "./edit.js";
import type { ConstantPool, NewInst } from "./edit.js";
import { slotPlace } from "./effects.js";
import type { Pass } from "./pass.js";
import { alignAt, copyEnds, findPieces } from "./pieces.js";
import type { Piece, Pieces } from "./pieces.js";
import { loadedValue, lowOf } from "./widen-value.js";

export const promote: Pass = {
  name: "promote",
  why: "Local structs and arrays live on the stack until their fields are seen to be plain values.",
  needs: ["fold"],
  breaks: ["fold", "cfg-cleanup", "dce"],
  run: (func) => {
    const pieces = findPieces(func);
    if (pieces.size === 0) return false;
    const pool = constantPool(func);
    let changed = false;
    for (const block of func.blocks) changed = splitBlock(func, block, pieces, pool) || changed;
    changed = promotePieces(func, pieces, pool) || changed;
    pool.flush();
    return changed;
  },
};

// ---- splitting ----------------------------------------------------------------------------------------------------

function splitBlock(func: Func, block: Block, pieces: Pieces, pool: ConstantPool): boolean {
  const out: Inst[] = [];
  let changed = false;
  for (const inst of block.insts) {
    const before = out.length;
    const emit = (body: NewInst): Inst => {
      const made = makeInst(func, body, inst.span);
      out.push(made);
      return made;
    };
    const split =
      inst.op === "zero" ? splitZero(inst, pieces, pool, emit) : inst.op === "copy" && splitCopy(inst, pieces, emit);
    if (split) changed = true;
    else out.length = before;
    if (!split) out.push(inst);
  }
  block.insts = out;
  return changed;
}

type Emit = (body: NewInst) => Inst;

/** The pieces within a range, as distances from its start. */
function piecesIn(
  pieces: Pieces,
  place: { slot: SlotInst; offset: number } | undefined,
  size: number,
): Map<number, Piece> {
  const found = new Map<number, Piece>();
  for (const piece of (place && pieces.get(place.slot)) ?? []) {
    const delta = piece.offset - (place?.offset ?? 0);
    if (delta >= 0 && delta + piece.size <= size) found.set(delta, piece);
  }
  return found;
}

/** Calls `rest` for what lies between the pieces. */
function forGaps(inside: ReadonlyMap<number, Piece>, size: number, rest: (delta: number, size: number) => void): void {
  let at = 0;
  for (const [delta, piece] of [...inside].sort(([a], [b]) => a - b)) {
    if (delta > at) rest(at, delta - at);
    at = delta + piece.size;
  }
  if (at < size) rest(at, size - at);
}

const memOfSize = { 1: "u8", 2: "u16", 4: "u32", 8: "u64" } as const satisfies Record<Piece["size"], StoreInst["mem"]>;

function splitZero(inst: ZeroInst, pieces: Pieces, pool: ConstantPool, emit: Emit): boolean {
  const [base] = inst.args;
  const inside = piecesIn(pieces, slotPlace(base, inst.offset), inst.size);
  if (!base || inside.size === 0) return false;
  for (const [delta, { size }] of inside) {
    const value = pool.get(size === 8 ? "i64" : "i32", 0n);
    emit({ op: "store", type: "void", mem: memOfSize[size], offset: inst.offset + delta, args: [base, value] });
  }
  forGaps(inside, inst.size, (delta, size) => {
    emit({ ...inst, offset: inst.offset + delta, size, align: alignAt(inst.align, delta) });
  });
  return true;
}

function splitCopy(inst: CopyInst, pieces: Pieces, emit: Emit): boolean {
  const [dst, src] = inst.args;
  const ends = copyEnds(inst);
  const inside = new Map([...piecesIn(pieces, ends.dst, inst.size), ...piecesIn(pieces, ends.src, inst.size)]);
  if (!dst || !src || inside.size === 0) return false;
  const loaded = [...inside].map(([delta, { size }]) => {
    const type = size === 8 ? "i64" : "i32";
    const value = emit({ op: "load", type, mem: memOfSize[size], offset: inst.srcOffset + delta, args: [src] });
    return { delta, size, value };
  });
  for (const { delta, size, value } of loaded) {
    emit({ op: "store", type: "void", mem: memOfSize[size], offset: inst.dstOffset + delta, args: [dst, value] });
  }
  forGaps(inside, inst.size, (delta, size) => {
    const align = alignAt(inst.align, delta);
    emit({ ...inst, dstOffset: inst.dstOffset + delta, srcOffset: inst.srcOffset + delta, size, align });
  });
  return true;
}

// ---- construction of SSA ------------------------------------------------------------------------------------------

interface Access {
  readonly piece: Piece;
  readonly kind: "load" | "store";
}

interface Construction {
  readonly func: Func;
  readonly cfg: Cfg;
  readonly tree: DomTree;
  readonly pool: ConstantPool;
  readonly accesses: ReadonlyMap<Inst, Access>;
  /** The parameters that stand for pieces, by block. */
  readonly params: Map<Block, Map<ParamInst, Piece>>;
  readonly replaced: Map<Inst, Inst>;
  /** The current value of each piece on the way down the dominator tree. */
  readonly current: Map<Piece, Inst>;
}

function promotePieces(func: Func, pieces: Pieces, pool: ConstantPool): boolean {
  const accesses = findAccesses(func, pieces);
  if (accesses.size === 0) return false;
  const cfg = buildCfg(func);
  const tree = buildDomTree(cfg);
  const state: Construction = {
    func,
    cfg,
    tree,
    pool,
    accesses,
    params: new Map(),
    replaced: new Map(),
    current: new Map(),
  };
  placeParams(state);
  const undo: (() => void)[] = [];
  const marks: number[] = [];
  walkDomTree(
    tree,
    (block) => {
      marks.push(undo.length);
      renameBlock(state, block, undo);
    },
    () => {
      const mark = marks.pop() ?? 0;
      while (undo.length > mark) undo.pop()?.();
    },
  );
  replaceUses(func, state.replaced);
  return true;
}

function findAccesses(func: Func, pieces: Pieces): Map<Inst, Access> {
  const byPlace = new Map<SlotInst, Map<number, Piece>>();
  for (const [slot, own] of pieces) byPlace.set(slot, new Map(own.map((piece) => [piece.offset, piece])));
  const accesses = new Map<Inst, Access>();
  for (const block of func.blocks) {
    for (const inst of block.insts) {
      if (inst.op !== "load" && inst.op !== "store") continue;
      const place = slotPlace(inst.args[0], inst.offset);
      const piece = place && byPlace.get(place.slot)?.get(place.offset);
      if (piece) accesses.set(inst, { piece, kind: inst.op });
    }
  }
  return accesses;
}

interface Occurrences {
  readonly stored: Set<Block>;
  /** Blocks that load the piece before they store it. */
  readonly exposed: Set<Block>;
}

function placeParams(state: Construction): void {
  const { func, cfg, tree, params } = state;
  const frontiers = dominanceFrontiers(cfg, tree);
  for (const [piece, { stored, exposed }] of occurrencesOf(state)) {
    const live = liveBlocks(cfg, stored, exposed);
    const work = [...stored];
    const placed = new Set<Block>();
    for (let block = work.pop(); block; block = work.pop()) {
      for (const join of frontiers.get(block) ?? []) {
        if (placed.has(join) || !live.has(join)) continue;
        placed.add(join);
        work.push(join);
        const type = piece.size === 8 ? "i64" : "i32";
        const param = makeInst(func, { op: "param", type, args: [] }, undefined) as ParamInst;
        join.params.push(param);
        params.set(join, (params.get(join) ?? new Map<ParamInst, Piece>()).set(param, piece));
      }
    }
  }
}

function occurrencesOf(state: Construction): Map<Piece, Occurrences> {
  const found = new Map<Piece, Occurrences>();
  for (const block of state.cfg.rpo) {
    for (const inst of block.insts) {
      const access = state.accesses.get(inst);
      if (!access) continue;
      const own = found.get(access.piece) ?? { stored: new Set(), exposed: new Set() };
      found.set(access.piece, own);
      if (access.kind === "store") own.stored.add(block);
      else if (!own.stored.has(block)) own.exposed.add(block);
    }
  }
  return found;
}

/** Blocks at whose start the piece is live. */
function liveBlocks(cfg: Cfg, stored: ReadonlySet<Block>, exposed: ReadonlySet<Block>): Set<Block> {
  const live = new Set<Block>();
  const work = [...exposed];
  for (let block = work.pop(); block; block = work.pop()) {
    if (live.has(block)) continue;
    live.add(block);
    for (const { from } of predecessors(cfg, block)) if (!stored.has(from)) work.push(from);
  }
  return live;
}

function renameBlock(state: Construction, block: Block, undo: (() => void)[]): void {
  const { func, pool, current, replaced } = state;
  const set = (piece: Piece, value: Inst): void => {
    const before = current.get(piece);
    current.set(piece, value);
    undo.push(() => (before ? current.set(piece, before) : current.delete(piece)));
  };
  // Memory that was never written reads as zero.
  const get = (piece: Piece): Inst => current.get(piece) ?? pool.get(piece.size === 8 ? "i64" : "i32", 0n);
  const find = (value: Inst): Inst => resolveThrough(replaced, value);
  for (const [param, piece] of state.params.get(block) ?? []) set(piece, param);
  const out: Inst[] = [];
  for (const inst of block.insts) {
    replaceIn(inst.args, find);
    const access = state.accesses.get(inst);
    const emitter = { constant: pool.get, emit: (body: NewInst): Inst => pushed(out, makeInst(func, body, inst.span)) };
    if (!access) {
      out.push(inst);
    } else if (inst.op === "load") {
      replaced.set(inst, loadedValue(inst.mem, inst.type, get(access.piece), emitter));
    } else {
      const [, value] = inst.args;
      const mem: MemType = (inst as StoreInst).mem;
      if (value)
        set(access.piece, memSize(mem) === 8 ? loadedValue("u64", "i64", value, emitter) : lowOf(value, emitter));
    }
  }
  block.insts = out;
  replaceInTerm(block.term, find);
  for (const target of targets(block.term)) {
    for (const piece of state.params.get(target.block)?.values() ?? []) target.args.push(get(piece));
  }
}

function pushed(list: Inst[], inst: Inst): Inst {
  list.push(inst);
  return inst;
}
