// What is known about values at a place in the flow graph, from the branches on every way there: x < 16 behind the
// check of x, and so on. Facts are about the very values that were compared, never about what was computed from them
// before: the kernel's verifier learns from a check in just that way, so that a check which is decided here is one
// that it decides as well. For the same reason "x is not 0" says nothing about order (before Linux 6.8 it did not).

import { predecessors } from "../ir/cfg.js";
import type { Cfg, DomTree, Edge } from "../ir/cfg.js";
import { bitsOf, evalCompare } from "../ir/eval.js";
import type { Block, CompareOp, Inst, Type } from "../ir/ir.js";
import { isCompare } from "../ir/ir.js";
import { inverse, swapped } from "../ir/operators.js";
import { constOf } from "./edit.js";
import type { Interval, KnownBits } from "./known-bits.js";

/** A comparison that holds, or another condition that is not zero (`holds`) or zero. */
interface Fact {
  readonly cond: Inst;
  readonly holds: boolean;
}

export interface Facts {
  readonly cfg: Cfg;
  readonly tree: DomTree;
  readonly known: KnownBits;
}

/** How many branches above a place are looked at, and how many parameters deep: bounds on the work. */
const factsMax = 32;
const depthMax = 3;

/** Whether `cond` holds in `block` when its start is reached along `edge`, if that is known. */
export function decideOnEdge(facts: Facts, edge: Edge, block: Block, cond: Inst): boolean | undefined {
  const along = (value: Inst): Inst => {
    const index = block.params.findIndex((param) => param === value);
    return index < 0 ? value : (edge.target.args[index] ?? value);
  };
  const constant = constOf(along(cond));
  if (constant !== undefined) return constant !== 0n;
  const place = { block: edge.from, edge };
  // What is known of a value that the block computes is about the round of the loop before.
  const isOwn = (value: Inst): boolean => block.insts.includes(value);
  if (!isCompare(cond)) return isOwn(cond) ? undefined : lookUp(facts, place, along(cond));
  // A pointer that was a number is null when the number is 0: both are one register.
  const asked = cond.args.map((arg) => (arg.op === "int2ptr" ? (arg.args[0] ?? arg) : arg));
  if (asked.some(isOwn)) return undefined;
  const [left, right] = asked.map(along);
  return left && right ? decide(facts, place, cond.op, left, right) : undefined;
}

/** Whether `cond` holds wherever control gets to the start of `block`, if that is known. */
export function decideInBlock(facts: Facts, block: Block, cond: Inst): boolean | undefined {
  if (!isCompare(cond)) return undefined;
  const [left, right] = cond.args;
  return left && right ? decide(facts, { block, edge: undefined }, cond.op, left, right) : undefined;
}

/** Whether `left op right` holds wherever control gets to the start of `block`, if that is known. */
export function holdsInBlock(facts: Facts, block: Block, op: CompareOp, left: Inst, right: Inst): boolean | undefined {
  return decide(facts, { block, edge: undefined }, op, left, right);
}

/** The start of `block`, or, with an edge, that edge out of the end of `block`. */
interface Place {
  readonly block: Block;
  readonly edge: Edge | undefined;
}

function decide(facts: Facts, place: Place, op: CompareOp, left: Inst, right: Inst): boolean | undefined {
  const a = constOf(left);
  const b = constOf(right);
  if (left.type === "void") return undefined;
  if (a !== undefined && b !== undefined) return evalCompare(op, left.type, a, b);
  const same = sameQuestion(facts, place, op, left, right);
  if (same !== undefined || left.type === "ptr") return same;
  if (b !== undefined) return decideRange(op, rangeAt(facts, place, left, depthMax), b, bitsOf(left.type));
  if (a === undefined) return undefined;
  return decideRange(swapped[op], rangeAt(facts, place, right, depthMax), a, bitsOf(left.type));
}

// ---- equal questions ----------------------------------------------------------------------------------------------

function sameQuestion(facts: Facts, place: Place, op: CompareOp, left: Inst, right: Inst): boolean | undefined {
  for (const { cond, holds } of factsAt(facts, place)) {
    if (!isCompare(cond)) continue;
    const [one, two] = cond.args;
    const asked = one === left && two === right ? op : one === right && two === left ? swapped[op] : undefined;
    if (asked === cond.op) return holds;
    if (asked === inverse[cond.op]) return !holds;
  }
  return undefined;
}

function lookUp(facts: Facts, place: Place, value: Inst): boolean | undefined {
  for (const { cond, holds } of factsAt(facts, place)) if (cond === value) return holds;
  return undefined;
}

// ---- ranges -------------------------------------------------------------------------------------------------------

interface Range {
  readonly signed: Interval;
  readonly unsigned: Interval;
}

function rangeAt(facts: Facts, place: Place, value: Inst, depth: number): Range {
  let range: Range = { signed: facts.known.signed(value), unsigned: facts.known.unsigned(value) };
  if (value.op === "param" && depth > 0) range = meet(range, rangeOfParam(facts, place, value, depth));
  const bits = bitsOf(value.type as Type);
  for (const { cond, holds } of factsAt(facts, place)) {
    if (!isCompare(cond)) continue;
    const [one, two] = cond.args;
    const bound = one === value ? constOf(two) : two === value ? constOf(one) : undefined;
    if (bound === undefined) continue;
    const op = one === value ? cond.op : swapped[cond.op];
    range = meet(range, boundOf(holds ? op : inverse[op], bound, bits));
  }
  return agree(range, bits);
}

/** The values that arrive along all edges; around a loop nothing is known yet. */
function rangeOfParam(facts: Facts, place: Place, param: Inst, depth: number): Range | undefined {
  const { cfg } = facts;
  for (let block: Block | undefined = place.block; block; block = facts.tree.idom.get(block)) {
    const index = block.params.findIndex((candidate) => candidate === param);
    if (index < 0) continue;
    const own = cfg.index.get(block) ?? 0;
    let all: Range | undefined;
    for (const edge of predecessors(cfg, block)) {
      const arg = edge.target.args[index];
      if (!arg || (cfg.index.get(edge.from) ?? own) >= own) return undefined;
      const range = rangeAt(facts, { block: edge.from, edge }, arg, depth - 1);
      all = all ? join(all, range) : range;
    }
    return all;
  }
  return undefined;
}

/** What a true comparison with a constant says. */
function boundOf(op: CompareOp, bound: bigint, bits: number): Range {
  const full = fullRange(bits);
  const number = BigInt.asIntN(bits, bound);
  const plain = BigInt.asUintN(bits, bound);
  const signed = (lo: bigint, hi: bigint): Range => ({ ...full, signed: { lo, hi } });
  const unsigned = (lo: bigint, hi: bigint): Range => ({ ...full, unsigned: { lo, hi } });
  switch (op) {
    case "eq":
      return { signed: { lo: number, hi: number }, unsigned: { lo: plain, hi: plain } };
    case "ne":
      return full;
    case "ult":
      return unsigned(0n, plain - 1n);
    case "ule":
      return unsigned(0n, plain);
    case "ugt":
      return unsigned(plain + 1n, full.unsigned.hi);
    case "uge":
      return unsigned(plain, full.unsigned.hi);
    case "slt":
      return signed(full.signed.lo, number - 1n);
    case "sle":
      return signed(full.signed.lo, number);
    case "sgt":
      return signed(number + 1n, full.signed.hi);
    case "sge":
      return signed(number, full.signed.hi);
  }
}

function fullRange(bits: number): Range {
  const half = 1n << BigInt(bits - 1);
  return { signed: { lo: -half, hi: half - 1n }, unsigned: { lo: 0n, hi: 2n * half - 1n } };
}

/** Where the sign is known, the signed bounds are unsigned ones as well, and the other way round. */
function agree(range: Range, bits: number): Range {
  const { signed, unsigned } = range;
  const half = 1n << BigInt(bits - 1);
  const fromSigned = signed.lo >= 0n ? intersect(unsigned, signed) : unsigned;
  const fromUnsigned = fromSigned.hi < half ? intersect(signed, fromSigned) : signed;
  return { signed: fromUnsigned, unsigned: fromSigned };
}

function meet(left: Range, right: Range | undefined): Range {
  if (!right) return left;
  return { signed: intersect(left.signed, right.signed), unsigned: intersect(left.unsigned, right.unsigned) };
}

function join(left: Range, right: Range): Range {
  return { signed: hull(left.signed, right.signed), unsigned: hull(left.unsigned, right.unsigned) };
}

function intersect(left: Interval, right: Interval): Interval {
  return { lo: left.lo > right.lo ? left.lo : right.lo, hi: left.hi < right.hi ? left.hi : right.hi };
}

function hull(left: Interval, right: Interval): Interval {
  return { lo: left.lo < right.lo ? left.lo : right.lo, hi: left.hi > right.hi ? left.hi : right.hi };
}

/** An empty range belongs to code that never runs, about which nothing is said. */
function decideRange(op: CompareOp, range: Range, bound: bigint, bits: number): boolean | undefined {
  const holding = boundOf(op, bound, bits);
  const failing = boundOf(inverse[op], bound, bits);
  if (op === "eq" || op === "ne") {
    const plain = BigInt.asUintN(bits, bound);
    const { lo, hi } = range.unsigned;
    if (lo <= hi && (plain < lo || plain > hi)) return op === "ne";
    return lo === hi && lo === plain ? op === "eq" : undefined;
  }
  const kind = op.startsWith("s") ? "signed" : "unsigned";
  const { lo, hi } = range[kind];
  if (lo > hi) return undefined;
  if (lo >= holding[kind].lo && hi <= holding[kind].hi) return true;
  return lo >= failing[kind].lo && hi <= failing[kind].hi ? false : undefined;
}

// ---- facts --------------------------------------------------------------------------------------------------------

/** The conditions of the branches that lead to a place, nearest first. */
function* factsAt(facts: Facts, place: Place): Generator<Fact> {
  const { edge } = place;
  if (edge) {
    const own = factOf(edge);
    if (own) yield own;
  }
  let left = factsMax;
  for (let block: Block | undefined = place.block; block && left > 0; block = facts.tree.idom.get(block)) {
    const edges = predecessors(facts.cfg, block);
    const [only] = edges;
    const fact = only && edges.length === 1 ? factOf(only) : undefined;
    left--;
    if (fact) yield fact;
  }
}

function factOf({ from, target }: Edge): Fact | undefined {
  const { term } = from;
  if (term.op !== "br") return undefined;
  return { cond: term.cond, holds: target === term.then };
}
