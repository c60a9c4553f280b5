// What can be said about a value from how it is computed: which of its bits may be one, and in which interval it lies
// as a signed number. Both look a bounded number of steps back, so that long chains cost no more than short ones.
// Nothing is said that the verifier does not find out as well: it knows nothing of the results of divisions and of
// shifts by a variable, and a bounds check or a mask that we could do without is what shows it the bounds.

import { bitsOf } from "../ir/eval.js";
import { isBinary, isCompare, memSize } from "../ir/ir.js";
import type { BinaryInst, Inst, Type } from "../ir/ir.js";
import { constOf } from "./edit.js";

export interface Interval {
  readonly lo: bigint;
  readonly hi: bigint;
}

export interface KnownBits {
  /** A mask of the bits that may be one. */
  possible(inst: Inst): bigint;
  /** Bounds of the value read as a signed number of its width. */
  signed(inst: Inst): Interval;
  /** Bounds of the value read as an unsigned number of its width. */
  unsigned(inst: Inst): Interval;
}

const depthMax = 10;

/** A fact about a value stays true while passes replace values by equal ones, so answers are kept. */
export function knownBits(): KnownBits {
  const masks = new Map<Inst, bigint>();
  const intervals = new Map<Inst, Interval>();
  const possible = (inst: Inst, depth: number): bigint => {
    const known = masks.get(inst);
    if (known !== undefined) return known;
    const all = allOnes(typeOf(inst));
    const mask = depth <= 0 ? all : all & possibleBits(inst, (arg) => possible(arg, depth - 1));
    if (depth > 0) masks.set(inst, mask);
    return mask;
  };
  const signed = (inst: Inst, depth: number): Interval => {
    const known = intervals.get(inst);
    if (known !== undefined) return known;
    const bits = bitsOf(typeOf(inst));
    const full = { lo: -(1n << BigInt(bits - 1)), hi: (1n << BigInt(bits - 1)) - 1n };
    const mask = possible(inst, depth);
    const byMask = mask <= full.hi ? { lo: 0n, hi: mask } : full;
    const own = depth <= 0 ? undefined : signedInterval(inst, (arg) => signed(arg, depth - 1));
    const fits = own && own.lo >= full.lo && own.hi <= full.hi;
    const result = fits ? { lo: max(own.lo, byMask.lo), hi: min(own.hi, byMask.hi) } : byMask;
    if (depth > 0) intervals.set(inst, result);
    return result;
  };
  return {
    possible: (inst) => possible(inst, depthMax),
    signed: (inst) => signed(inst, depthMax),
    unsigned: (inst) => {
      const interval = signed(inst, depthMax);
      return interval.lo >= 0n ? interval : { lo: 0n, hi: possible(inst, depthMax) };
    },
  };
}

export function allOnes(type: Type): bigint {
  return type === "i32" ? 0xffff_ffffn : 0xffff_ffff_ffff_ffffn;
}

/** All bits up to the highest that is set in `value`. */
export function lowMask(value: bigint): bigint {
  return value <= 0n ? 0n : (1n << BigInt(bitLength(value))) - 1n;
}

/** How many bits a positive number takes. */
function bitLength(value: bigint): number {
  const high = value >> 32n;
  return high === 0n ? 32 - Math.clz32(Number(value)) : 32 + bitLength(high);
}

/** The lowest bit that is set in `value`, 0 for none. */
function lowestBit(value: bigint): bigint {
  return value & -value;
}

function typeOf(inst: Inst): Type {
  return inst.type === "void" ? "i64" : inst.type;
}

function possibleBits(inst: Inst, of: (arg: Inst) => bigint): bigint {
  const [first] = inst.args;
  if (isCompare(inst)) return 1n;
  if (isBinary(inst)) return inst.type === "ptr" ? allOnes("ptr") : possibleOfBinary(inst, of);
  switch (inst.op) {
    case "const":
      return inst.value;
    case "load":
    case "kread":
      return inst.mem.startsWith("u") ? (1n << BigInt(8 * memSize(inst.mem))) - 1n : allOnes(inst.type);
    case "zext":
    case "trunc":
      return first ? of(first) : allOnes(inst.type);
    case "bswap16":
      return 0xffffn;
    case "sext":
    case "sext8":
    case "sext16": {
      const signBit = inst.op === "sext" ? 31n : inst.op === "sext8" ? 7n : 15n;
      const low = (first ? of(first) : allOnes(inst.type)) & ((2n << signBit) - 1n);
      return (low >> signBit) & 1n ? allOnes(inst.type) : low;
    }
    default:
      return allOnes(typeOf(inst));
  }
}

function possibleOfBinary(inst: BinaryInst, of: (arg: Inst) => bigint): bigint {
  const [left, right] = inst.args;
  const all = allOnes(inst.type);
  if (!left || !right) return all;
  const bound = (value: bigint): bigint => (value <= all ? lowMask(value) : all);
  const count = constOf(right);
  const shift = count === undefined ? undefined : BigInt.asUintN(inst.type === "i32" ? 5 : 6, count);
  switch (inst.op) {
    case "and":
      return of(left) & of(right);
    case "or":
    case "xor":
      return of(left) | of(right);
    case "add":
      return bound(of(left) + of(right)) & -lowestBit(of(left) | of(right));
    case "mul":
      return bound(of(left) * of(right)) & -(lowestBit(of(left)) * lowestBit(of(right)));
    case "shl":
      return shift === undefined ? all : of(left) << shift;
    case "lshr":
      return shift === undefined ? all : of(left) >> shift;
    case "ashr": {
      const mask = of(left);
      return shift === undefined || mask > all >> 1n ? all : mask >> shift;
    }
    case "sub":
    case "udiv":
    case "umod":
    case "sdiv":
    case "smod":
      return all;
  }
}

/** An interval that need not fit the type: the caller drops it when it does not. */
function signedInterval(inst: Inst, of: (arg: Inst) => Interval): Interval | undefined {
  const [left, right] = inst.args;
  if (inst.op === "const") {
    const value = BigInt.asIntN(bitsOf(inst.type), inst.value);
    return { lo: value, hi: value };
  }
  if (!left) return undefined;
  if (isBinary(inst))
    return right && inst.type !== "ptr" ? signedOfBinary(inst, of(left), of(right), right) : undefined;
  switch (inst.op) {
    case "sext":
      return of(left);
    case "load":
    case "kread":
      return inst.mem.startsWith("i") ? signedBytes(memSize(inst.mem)) : undefined;
    case "sext8":
      return signedBytes(1);
    case "sext16":
      return signedBytes(2);
    case "trunc": {
      // The low half of a number that fits there anyway.
      const interval = of(left);
      return interval.lo >= -(1n << 31n) && interval.hi < 1n << 31n ? interval : undefined;
    }
    default:
      return undefined;
  }
}

function signedOfBinary(inst: BinaryInst, left: Interval, right: Interval, rightInst: Inst): Interval | undefined {
  switch (inst.op) {
    case "add":
      return { lo: left.lo + right.lo, hi: left.hi + right.hi };
    case "sub":
      return { lo: left.lo - right.hi, hi: left.hi - right.lo };
    case "mul": {
      const products = [left.lo * right.lo, left.lo * right.hi, left.hi * right.lo, left.hi * right.hi];
      return { lo: products.reduce(min), hi: products.reduce(max) };
    }
    case "ashr": {
      const count = constOf(rightInst);
      if (count === undefined) return undefined;
      const shift = BigInt.asUintN(inst.type === "i32" ? 5 : 6, count);
      return { lo: left.lo >> shift, hi: left.hi >> shift };
    }
    default:
      return undefined;
  }
}

function signedBytes(size: number): Interval {
  const bound = 1n << BigInt(8 * size - 1);
  return { lo: -bound, hi: bound - 1n };
}

function min(left: bigint, right: bigint): bigint {
  return left < right ? left : right;
}

function max(left: bigint, right: bigint): bigint {
  return left > right ? left : right;
}
