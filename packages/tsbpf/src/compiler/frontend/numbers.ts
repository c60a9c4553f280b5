// The number rules: a `number` is an exact integer until it is stored, sized types wrap on the way in, bigints are 64
// bits with a sign. Everything narrower than 64 bits is computed exactly in an i64; the passes narrow it again.

import { ts } from "./typescript.js";
import type { BinaryOp, CompareOp, Inst } from "../ir/ir.js";
import { report, startSealed, type Lowering } from "./lowering.js";
import {
  errorOperand,
  type ErrorOperand,
  type IntOperand,
  type Operand,
  type QuotientOperand,
  type Range,
} from "./operands.js";
import { tryEvaluate } from "./statics.js";
import { intName, intTypes, type IntType } from "./types.js";

/** Where JavaScript's numbers are exact: -(2^53 - 1) … 2^53 - 1. */
export const safeRange: Range = { low: -(2n ** 53n - 1n), high: 2n ** 53n - 1n };

export function rangeOf(type: IntType): Range {
  const bits = BigInt(type.bits);
  return type.signed
    ? { low: -(1n << (bits - 1n)), high: (1n << (bits - 1n)) - 1n }
    : { low: 0n, high: (1n << bits) - 1n };
}

export function within(inner: Range, outer: Range): boolean {
  return inner.low >= outer.low && inner.high <= outer.high;
}

/** A plain number, or a bigint literal, with a known value. */
export function constantInt(l: Lowering, type: IntOperand["type"], value: bigint): IntOperand {
  return { kind: "int", type, value: l.b.constant("i64", value), range: { low: value, high: value }, loose: false };
}

/** The value when the operand is a constant. */
export function constantValue(operand: IntOperand): bigint | undefined {
  return operand.range.low === operand.range.high ? operand.range.low : undefined;
}

/** An i64 that holds a value of this type exactly. */
export function sizedInt(type: IntType, value: Inst): IntOperand {
  return { kind: "int", type, value, range: rangeOf(type), loose: false };
}

export function plainNumber(value: Inst, range: Range, loose = false): IntOperand {
  return { kind: "int", type: "number", value, range, loose };
}

/** An i32 as the exact i64 of a sized type of at most 32 bits. */
export function widen(l: Lowering, type: IntType, value: Inst): Inst {
  return l.b.convert(type.signed ? "sext" : "zext", "i64", value);
}

/** `value` as `type` stores it: wrapped unless its range shows that it fits. */
export function convertTo(l: Lowering, operand: IntOperand | QuotientOperand, type: IntType): IntOperand {
  const exact = operand.kind === "quotient" ? truncatedQuotient(l, operand) : operand;
  if (type.bits === 64) {
    const fits = within(exact.range, rangeOf(type)) && !exact.loose;
    return fits ? { ...exact, type } : sizedInt(type, exact.value);
  }
  if (within(exact.range, rangeOf(type)) && !exact.loose) return { ...exact, type };
  const low = l.b.convert("trunc", "i32", exact.value);
  return sizedInt(type, widen(l, type, narrowed(l, type, low)));
}

/** The low bits of an i32, extended within the i32. */
function narrowed(l: Lowering, type: IntType, low: Inst): Inst {
  if (type.bits === 32) return low;
  if (type.signed) return l.b.convert(type.bits === 8 ? "sext8" : "sext16", "i32", low);
  return l.b.binary("and", low, l.b.constant("i32", (1n << BigInt(type.bits)) - 1n));
}

/** A constant that does not fit where it is stored is a mistake, not a wish to wrap. */
export function checkConstant(l: Lowering, node: ts.Node, operand: IntOperand, type: IntType): void {
  const value = constantValue(operand);
  if (value === undefined || operand.type === type || !isWritten(l, node)) return;
  const range = rangeOf(type);
  if (value >= range.low && value <= range.high) return;
  const wrapped = type.signed ? BigInt.asIntN(type.bits, value) : BigInt.asUintN(type.bits, value);
  report(l, node, "constantRange", { value, type: intName(type), wrapped });
}

/**
 * The value is a constant in the source itself. One that only turned out to be known, as an argument of an inlined
 * function, may stand on a path that never runs with it.
 */
export function isWritten(l: Lowering, node: ts.Node): boolean {
  return ts.isExpression(node) && tryEvaluate(l, node)?.kind === "int";
}

/** The integer part of `a / b`, or `a % b`; 0 for a zero divisor, as JavaScript's NaN and Infinity convert to. */
export function truncatedQuotient(l: Lowering, quotient: QuotientOperand): IntOperand {
  const { left, right, operator } = quotient;
  const signed = left.range.low < 0n || right.range.low < 0n;
  const divide: BinaryOp = operator === "/" ? (signed ? "sdiv" : "udiv") : signed ? "smod" : "umod";
  const value = l.b.binary(divide, left.value, right.value);
  const range = quotientRange(quotient);
  if (operator === "/" || excludesZero(right.range)) return plainNumber(value, range);
  // BPF's x % 0 is x; JavaScript's is NaN, which converts to 0.
  return plainNumber(selectZero(l, right.value, value), range);
}

function excludesZero(range: Range): boolean {
  return range.low > 0n || range.high < 0n;
}

/** `test === 0 ? 0 : value` */
function selectZero(l: Lowering, test: Inst, value: Inst): Inst {
  return selectIf(l, l.b.compare("eq", test, l.b.constant("i64", 0n)), 0n, value);
}

/** `test ? constant : value` */
function selectIf(l: Lowering, test: Inst, constant: bigint, value: Inst): Inst {
  const result = { name: "select", type: "i64" } as const;
  const isSet = l.b.createBlock();
  const join = l.b.createBlock();
  l.b.write(result, value);
  l.b.branch(test, isSet, join);
  startSealed(l, isSet);
  l.b.write(result, l.b.constant("i64", constant));
  l.b.jump(join);
  startSealed(l, join);
  return l.b.read(result);
}

function magnitude(range: Range): bigint {
  return range.high > -range.low ? range.high : -range.low;
}

function largestRemainder(divisor: Range): bigint {
  const largest = magnitude(divisor);
  return largest === 0n ? 0n : largest - 1n;
}

/** The least magnitude of a divisor that is not 0. */
function smallestDivisor(divisor: Range): bigint {
  if (divisor.low > 0n) return divisor.low;
  return divisor.high < 0n ? -divisor.high : 1n;
}

function quotientRange({ left, right, operator }: QuotientOperand): Range {
  const bound =
    operator === "/"
      ? magnitude(left.range) / smallestDivisor(right.range)
      : smaller(magnitude(left.range), largestRemainder(right.range));
  const negative = operator === "/" ? left.range.low < 0n || right.range.low < 0n : left.range.low < 0n;
  const high = operator === "%" && left.range.high < 0n ? 0n : bound;
  return { low: negative ? -bound : 0n, high };
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

// ---- arithmetic on numbers --------------------------------------------------------------------------------------

type NumberOperator = "+" | "-" | "*" | "/" | "%" | "&" | "|" | "^" | "<<" | ">>" | ">>>";

/** A binary operator on two numbers. */
export function numberBinary(
  l: Lowering,
  node: ts.Node,
  operator: NumberOperator,
  left: IntOperand,
  right: IntOperand,
): Operand {
  switch (operator) {
    case "+":
    case "-":
    case "*":
      return exactArithmetic(l, node, operator, left, right);
    case "/":
    case "%": {
      const quotient: QuotientOperand = { kind: "quotient", operator, left, right };
      return operator === "%" && excludesZero(right.range) ? truncatedQuotient(l, quotient) : quotient;
    }
    default:
      return bitwise(l, operator, left, right);
  }
}

const exactOps = { "+": "add", "-": "sub", "*": "mul" } as const;

function exactArithmetic(
  l: Lowering,
  node: ts.Node,
  operator: "+" | "-" | "*",
  left: IntOperand,
  right: IntOperand,
): IntOperand | ErrorOperand {
  const value = l.b.binary(exactOps[operator], left.value, right.value);
  const range = arithmeticRange(operator, left.range, right.range);
  const loose = left.loose || right.loose;
  if (within(range, safeRange)) return plainNumber(value, range, loose);
  const variable = operator === "*" && constantValue(left) === undefined && constantValue(right) === undefined;
  if (loose && !variable) return plainNumber(value, clamp(range), true);
  report(l, node, "unsafeInteger");
  return errorOperand;
}

function clamp(range: Range): Range {
  return {
    low: range.low < safeRange.low ? safeRange.low : range.low,
    high: range.high > safeRange.high ? safeRange.high : range.high,
  };
}

function arithmeticRange(operator: "+" | "-" | "*", a: Range, b: Range): Range {
  if (operator === "+") return { low: a.low + b.low, high: a.high + b.high };
  if (operator === "-") return { low: a.low - b.high, high: a.high - b.low };
  const products = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high];
  return {
    low: products.reduce((x, y) => (x < y ? x : y)),
    high: products.reduce((x, y) => (x > y ? x : y)),
  };
}

const bitwiseOps = { "&": "and", "|": "or", "^": "xor", "<<": "shl", ">>": "ashr", ">>>": "lshr" } as const;
const i32Type: IntType = { kind: "int", bits: 32, signed: true };
const u32Type: IntType = { kind: "int", bits: 32, signed: false };

/** JavaScript's 32-bit operators: both sides are cut to 32 bits, the result is signed except for `>>>`. */
function bitwise(l: Lowering, operator: keyof typeof bitwiseOps, left: IntOperand, right: IntOperand): IntOperand {
  const low = (operand: IntOperand): Inst => l.b.convert("trunc", "i32", operand.value);
  const value = l.b.binary(bitwiseOps[operator], low(left), low(right));
  const unsigned = operator === ">>>" || (operator === "&" && (isMask(left) || isMask(right)));
  return plainNumber(widen(l, unsigned ? u32Type : i32Type, value), bitwiseRange(operator, left, right));
}

/** A constant mask whose top bit is clear: the result of `&` cannot be negative. */
function isMask(operand: IntOperand): boolean {
  const value = constantValue(operand);
  return value !== undefined && value >= 0n && value <= 0x7fffffffn;
}

function bitwiseRange(operator: string, left: IntOperand, right: IntOperand): Range {
  if (operator === "&") {
    const masks = [left, right].filter(isMask).map((operand) => operand.range.high);
    if (masks.length > 0) return { low: 0n, high: masks.reduce((a, b) => (a < b ? a : b)) };
  }
  const count = constantValue(right);
  if (count !== undefined && operator === ">>>") return { low: 0n, high: 0xffffffffn >> (count & 31n) };
  if (count !== undefined && operator === ">>" && within(left.range, rangeOf(i32Type))) {
    return { low: left.range.low >> (count & 31n), high: left.range.high >> (count & 31n) };
  }
  return rangeOf(operator === ">>>" ? u32Type : i32Type);
}

/** `Math.imul`: the low 32 bits of the product, signed. */
export function imul(l: Lowering, left: IntOperand, right: IntOperand): IntOperand {
  const product = l.b.binary("mul", l.b.convert("trunc", "i32", left.value), l.b.convert("trunc", "i32", right.value));
  return plainNumber(widen(l, i32Type, product), rangeOf(i32Type));
}

// ---- arithmetic on bigints --------------------------------------------------------------------------------------

type BigintOperator = "+" | "-" | "*" | "/" | "%" | "&" | "|" | "^" | "<<" | ">>";

const wrappingOps = { "+": "add", "-": "sub", "*": "mul", "&": "and", "|": "or", "^": "xor" } as const;

/** A binary operator on two 64-bit integers: it wraps, and both sides have one sign. */
export function bigintBinary(
  l: Lowering,
  node: ts.Node,
  operator: BigintOperator,
  left: IntOperand,
  right: IntOperand,
): Operand {
  if (operator === "<<" || operator === ">>") return bigintShift(l, node, operator, left, right);
  const type = commonBigint(l, node, operator, left, right);
  if (!type) return errorOperand;
  if (type === "bigint") return constantBigint(l, node, operator, left, right);
  if (operator === "/" || operator === "%") {
    // Modulo 2^64 a literal outside the type does for the other operators, but not here.
    for (const side of [left, right]) if (!checkLiteral(l, node, side, type)) return errorOperand;
    const op = operator === "/" ? (type.signed ? "sdiv" : "udiv") : type.signed ? "smod" : "umod";
    const value = l.b.binary(op, left.value, right.value);
    if (operator === "/" || excludesZero(right.range)) return sizedInt(type, value);
    return sizedInt(type, selectZero(l, right.value, value));
  }
  const value = l.b.binary(wrappingOps[operator], left.value, right.value);
  if (operator !== "&") return sizedInt(type, value);
  // A literal that the type does not hold is another number in it: all ones are -1.
  const whole = rangeOf(type);
  const masks = [left, right].map((side) => side.range).filter(({ low, high }) => low >= 0n && high <= whole.high);
  const high = masks.map((range) => range.high).reduce(smaller, whole.high);
  return { ...sizedInt(type, value), range: masks.length > 0 ? { low: 0n, high } : whole };
}

/** False, with a diagnostic, for a literal that the type does not hold. */
function checkLiteral(l: Lowering, node: ts.Node, operand: IntOperand, type: IntType): boolean {
  if (typeof operand.type !== "string" || within(operand.range, rangeOf(type))) return true;
  const value = operand.range.low;
  const wrapped = type.signed ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value);
  report(l, node, "constantRange", { value, type: intName(type), wrapped });
  return false;
}

/** The one 64-bit type of both sides; a literal takes the other's. */
function commonBigint(
  l: Lowering,
  node: ts.Node,
  operator: string,
  left: IntOperand,
  right: IntOperand,
): IntType | "bigint" | undefined {
  const a = left.type;
  const b = right.type;
  if (typeof a === "string" || typeof b === "string") {
    if (typeof a !== "string") return a;
    return typeof b === "string" ? "bigint" : b;
  }
  if (a.signed === b.signed) return a;
  report(l, node, "mixedSigns", { operator });
  return undefined;
}

/** Two literals: computed here, exactly. */
function constantBigint(
  l: Lowering,
  node: ts.Node,
  operator: BigintOperator,
  left: IntOperand,
  right: IntOperand,
): Operand {
  const a = left.range.low;
  const b = right.range.low;
  const value = foldBigint(operator, a, b);
  if (value !== undefined && value >= -(2n ** 63n) && value < 2n ** 64n) return constantInt(l, "bigint", value);
  report(l, node, "bigLiteral", { literal: value === undefined ? "a division by zero" : `${value}n` });
  return errorOperand;
}

/** An operator on two known bigints; undefined where JavaScript throws, and for shifts by more than 63. */
export function foldBigint(operator: string, a: bigint, b: bigint): bigint | undefined {
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return b === 0n ? undefined : a / b;
    case "%":
      return b === 0n ? undefined : a % b;
    case "&":
      return a & b;
    case "|":
      return a | b;
    case "^":
      return a ^ b;
    case "<<":
      return b >= 0n && b < 64n ? a << b : undefined;
    case ">>":
      return b >= 0n && b < 64n ? a >> b : undefined;
    default:
      return undefined;
  }
}

/**
 * `a << b` on 64 bits. The machine takes the count modulo 64; JavaScript shifts everything out, so that a count that
 * may be larger is looked at first.
 */
function bigintShift(l: Lowering, node: ts.Node, operator: "<<" | ">>", left: IntOperand, right: IntOperand): Operand {
  const { low, high } = right.range;
  const known = constantValue(right);
  if (low < 0n || (known !== undefined && known > 63n && right.type === "bigint")) {
    report(l, node, "bigShift", { count: known === undefined ? "an i64, which may be negative" : `${known}n` });
    return errorOperand;
  }
  if (left.type === "bigint" && known !== undefined) return constantBigint(l, node, operator, left, right);
  const type = shiftedType(left, right);
  const op: BinaryOp = operator === "<<" ? "shl" : type.signed ? "ashr" : "lshr";
  if (high <= 63n) return sizedInt(type, l.b.binary(op, left.value, right.value));
  if (op === "ashr") {
    const count = selectIf(l, l.b.compare("ugt", right.value, l.b.constant("i64", 63n)), 63n, right.value);
    return sizedInt(type, l.b.binary(op, left.value, count));
  }
  const shifted = l.b.binary(op, left.value, right.value);
  return sizedInt(type, selectIf(l, l.b.compare("ugt", right.value, l.b.constant("i64", 63n)), 0n, shifted));
}

/** A literal takes the type of the count, unless only one of the two types holds it. */
function shiftedType(left: IntOperand, right: IntOperand): IntType {
  if (typeof left.type !== "string") return left.type;
  if (left.range.low < 0n) return intTypes.i64;
  const isWide = typeof right.type === "string" || !within(left.range, rangeOf(right.type));
  return isWide ? intTypes.u64 : right.type;
}

// ---- comparison -------------------------------------------------------------------------------------------------

export type ComparisonOperator = "===" | "!==" | "<" | "<=" | ">" | ">=";

const signedCompare: Record<ComparisonOperator, CompareOp> = {
  "===": "eq",
  "!==": "ne",
  "<": "slt",
  "<=": "sle",
  ">": "sgt",
  ">=": "sge",
};
const unsignedCompare: Record<ComparisonOperator, CompareOp> = {
  "===": "eq",
  "!==": "ne",
  "<": "ult",
  "<=": "ule",
  ">": "ugt",
  ">=": "uge",
};

/** Compares two integers of one kind (both number-like or both bigint-like) as JavaScript does. Gives an i32. */
export function compareInts(
  l: Lowering,
  node: ts.Node,
  operator: ComparisonOperator,
  left: IntOperand,
  right: IntOperand,
): Inst | undefined {
  const sixtyFour = isBigint(left) || isBigint(right);
  if (!sixtyFour) return l.b.compare(signedCompare[operator], left.value, right.value);
  const known = decidedByRange(operator, left.range, right.range);
  if (known !== undefined) return l.b.constant("i32", known ? 1n : 0n);
  const type = commonSign(l, node, operator, left, right);
  if (!type) return undefined;
  return l.b.compare((type === "signed" ? signedCompare : unsignedCompare)[operator], left.value, right.value);
}

/** A literal that the other side's type does not hold is on one side of all its values. */
function decidedByRange(operator: ComparisonOperator, left: Range, right: Range): boolean | undefined {
  const below = left.high < right.low;
  if (!below && right.high >= left.low) return undefined;
  switch (operator) {
    case "===":
      return false;
    case "!==":
      return true;
    case "<":
    case "<=":
      return below;
    case ">":
    case ">=":
      return !below;
  }
}

/** How to compare: a side that cannot be negative goes with a u64, one that fits in an i64 with an i64. */
function commonSign(
  l: Lowering,
  node: ts.Node,
  operator: string,
  left: IntOperand,
  right: IntOperand,
): "signed" | "unsigned" | undefined {
  const fits = (type: IntType): boolean => within(left.range, rangeOf(type)) && within(right.range, rangeOf(type));
  if (fits(intTypes.i64)) return "signed";
  if (fits(intTypes.u64)) return "unsigned";
  const type = commonBigint(l, node, operator, left, right);
  if (type === "bigint" || type?.signed) return type && "signed";
  // A literal below zero, or a number, that is only partly in the range of a u64.
  if (type) report(l, node, "mixedSigns", { operator });
  return undefined;
}

export function isBigint(operand: IntOperand): boolean {
  return operand.type === "bigint" || (typeof operand.type !== "string" && operand.type.bits === 64);
}
