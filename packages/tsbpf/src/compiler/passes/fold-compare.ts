// Folding rules for comparisons. A constant stands on the right; comparisons of widened values become 32-bit ones.

import { bitsOf, evalCompare, evalConvert } from "../ir/eval.js";
import type { CompareInst, CompareOp, Inst, Type } from "../ir/ir.js";
import { isCompare } from "../ir/ir.js";
import { inverse, swapped } from "../ir/operators.js";
import { constOf } from "./edit.js";
import { lowHalf } from "./fold-convert.js";
import type { Folder } from "./fold.js";
import { allOnes } from "./known-bits.js";
import type { Interval } from "./known-bits.js";

const toUnsigned: Readonly<Record<CompareOp, CompareOp>> = {
  eq: "eq",
  ne: "ne",
  ult: "ult",
  ugt: "ugt",
  ule: "ule",
  uge: "uge",
  slt: "ult",
  sgt: "ugt",
  sle: "ule",
  sge: "uge",
};

export function simplifyCompare(inst: CompareInst, folder: Folder): Inst | undefined {
  const [left, right] = inst.args;
  if (!left || !right) return undefined;
  const type = left.type as Type;
  const leftConst = constOf(left);
  const rightConst = constOf(right);
  const bool = (value: boolean): Inst => folder.constant("i32", value ? 1n : 0n);
  if (leftConst !== undefined && rightConst !== undefined)
    return bool(evalCompare(inst.op, type, leftConst, rightConst));
  if (leftConst !== undefined) return folder.compare(swapped[inst.op], right, left);
  if (left === right) return bool(evalCompare(inst.op, type, 0n, 0n));
  if (type === "ptr") {
    const isNull = rightConst === 0n && isNeverNull(left) && (inst.op === "eq" || inst.op === "ne");
    return isNull ? bool(inst.op === "ne") : undefined;
  }
  const pointers = comparePointers(inst, left, right, folder);
  if (pointers) return pointers;
  const known = decide(inst.op, left, right, folder);
  if (known !== undefined) return bool(known);
  if (rightConst !== undefined) {
    const result = compareWithConst(inst, left, rightConst, folder);
    if (result) return result;
  }
  return compareWidened(inst.op, left, right, folder);
}

/** Nobody may count on from a pointer that can be null (the verifier refuses it), and no object ends at address 0. */
function isNeverNull(pointer: Inst): boolean {
  const { op } = pointer;
  if (op === "add") return (constOf(pointer.args[1]) ?? 0n) !== 0n;
  return op === "slot" || op === "map" || op === "data" || op === "func";
}

/** The opposite truth of `inst`. */
export function invertedCompare(inst: CompareInst, folder: Folder): Inst {
  const [left, right] = inst.args;
  return left && right ? folder.compare(inverse[inst.op], left, right) : inst;
}

function comparePointers(inst: CompareInst, left: Inst, right: Inst, folder: Folder): Inst | undefined {
  if (!isPointerNumber(left) || !left.args[0]) return undefined;
  if (isPointerNumber(right) && right.args[0]) return folder.compare(inst.op, left.args[0], right.args[0]);
  if ((inst.op !== "eq" && inst.op !== "ne") || constOf(right) !== 0n) return undefined;
  return folder.compare(inst.op, left.args[0], folder.constant("ptr", 0n));
}

function isPointerNumber(value: Inst): boolean {
  return value.op === "ptr2int" || value.op === "address";
}

function compareWithConst(inst: CompareInst, left: Inst, value: bigint, folder: Folder): Inst | undefined {
  const { op } = inst;
  const type = left.type as Type;
  const zero = (): Inst => folder.constant(type, 0n);
  if (isCompare(left) && (op === "eq" || op === "ne") && value <= 1n) {
    return (op === "eq") === (value === 1n) ? left : invertedCompare(left, folder);
  }
  const turned =
    (op === "eq" || op === "ne") && folder.isOnlyMatched(left) ? turnedAround(left, value, folder) : undefined;
  if (turned) return folder.compare(op, turned.value, folder.constant(type, turned.constant));
  if ((op === "ult" && value === 1n) || (op === "ule" && value === 0n)) return folder.compare("eq", left, zero());
  // Not "x > 0 is x != 0": the verifier learns a lower bound from the one, and before Linux 6.8 nothing from the other.
  if (value !== 0n) return undefined;
  const [first, second] = left.args;
  if (!first || !second || (left.op !== "sub" && left.op !== "xor")) return undefined;
  if (op === "eq" || op === "ne") return folder.uses(left) <= 1 ? folder.compare(op, first, second) : undefined;
  // a - b < 0 is a < b where the subtraction cannot overflow.
  if (left.op !== "sub" || !op.startsWith("s") || folder.uses(left) > 1) return undefined;
  const a = folder.known.signed(first);
  const b = folder.known.signed(second);
  const bound = 1n << BigInt(bitsOf(type) - 1);
  return a.lo - b.hi >= -bound && a.hi - b.lo < bound ? folder.compare(op, first, second) : undefined;
}

/** Bytes that are equal the one way round are equal the other way round: the constant is turned instead. */
function turnedAround(left: Inst, constant: bigint, folder: Folder): { value: Inst; constant: bigint } | undefined {
  const [value] = left.args;
  if (!value) return undefined;
  if (left.op === "bswap16") {
    const isSmall = constant <= 0xffffn && folder.known.possible(value) <= 0xffffn;
    return isSmall ? { value, constant: evalConvert("bswap16", "i32", constant) } : undefined;
  }
  if (left.op !== "bswap32" && left.op !== "bswap64") return undefined;
  return { value, constant: evalConvert(left.op, left.type as Type, constant) };
}

/** True or false when the ranges of the operands leave no doubt. */
function decide(op: CompareOp, left: Inst, right: Inst, folder: Folder): boolean | undefined {
  const signed = op.startsWith("s");
  const a = signed ? folder.known.signed(left) : folder.known.unsigned(left);
  const b = signed ? folder.known.signed(right) : folder.known.unsigned(right);
  switch (op) {
    case "eq":
      return disjoint(a, b) || neverEqual(left, right, folder) ? false : undefined;
    case "ne":
      return disjoint(a, b) || neverEqual(left, right, folder) ? true : undefined;
    case "ult":
    case "slt":
      return a.hi < b.lo ? true : a.lo >= b.hi ? false : undefined;
    case "ule":
    case "sle":
      return a.hi <= b.lo ? true : a.lo > b.hi ? false : undefined;
    case "ugt":
    case "sgt":
      return a.lo > b.hi ? true : a.hi <= b.lo ? false : undefined;
    case "uge":
    case "sge":
      return a.lo >= b.hi ? true : a.hi < b.lo ? false : undefined;
  }
}

function disjoint(a: Interval, b: Interval): boolean {
  return a.hi < b.lo || b.hi < a.lo;
}

/** The constant has a bit that the other side cannot have. */
function neverEqual(left: Inst, right: Inst, folder: Folder): boolean {
  const value = constOf(right);
  return value !== undefined && (value & ~folder.known.possible(left) & allOnes(left.type as Type)) !== 0n;
}

/** 64-bit comparisons of values that were widened the same way. At least one side must be a widening. */
function compareWidened(op: CompareOp, left: Inst, right: Inst, folder: Folder): Inst | undefined {
  if (left.type !== "i64" || [left, right].some((side) => mustBeCompared(side, folder))) return undefined;
  const isZero = (value: Inst): boolean => folder.known.possible(value) <= 0xffff_ffffn;
  if ((left.op === "zext" || right.op === "zext") && isZero(left) && isZero(right)) {
    return folder.compare(toUnsigned[op], lowHalf(left, folder), lowHalf(right, folder));
  }
  // Sign extension keeps both orders. An unsigned comparison of a signed value stays as it is all the same: it is a
  // bounds check, and the verifier wants it on the register that the access uses.
  const isCheck = op.startsWith("u");
  if (!isCheck && (signExtends(left) || signExtends(right)) && isSigned(left) && isSigned(right)) {
    return folder.compare(op, lowHalf(left, folder), lowHalf(right, folder));
  }
  return undefined;
}

/** Costs two instructions below v4, which a comparison of the low halves can do without. */
function signExtends(value: Inst): boolean {
  return value.op === "sext" || ((value.op === "load" || value.op === "kread") && value.mem.startsWith("i"));
}

function isSigned(value: Inst): boolean {
  const constant = constOf(value);
  return signExtends(value) || (constant !== undefined && asSigned(constant, 32) === asSigned(constant, 64));
}

function asSigned(value: bigint, bits: number): bigint {
  return BigInt.asIntN(bits, value);
}

/** The widened value is part of an address elsewhere, so that the verifier must see the check on it. */
function mustBeCompared(side: Inst, folder: Folder): boolean {
  return side.op !== "const" && folder.uses(side) > 1 && folder.reachesAddress(side);
}
