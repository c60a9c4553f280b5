// The number rules: a `number` is an exact integer until it is stored, sized types wrap on the way in, bigints are 64
// bits with a sign. Everything narrower than 64 bits is computed exactly in an i64; the passes narrow it again.

import type ts from "typescript";
import type { BinaryOp, CompareOp, Inst } from "../ir/ir.js";
import { report, type Lowering } from "./lowering.js";
import { errorOperand, type ErrorOperand, type IntOperand, type Operand, type QuotientOperand, type Range } from "./operands.js";
import { intName, type IntType } from "./types.js";

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
  if (type.bits === 64) return sizedInt(type, exact.value);
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
  if (value === undefined || operand.type === type) return;
  const range = rangeOf(type);
  if (value >= range.low && value <= range.high) return;
  const wrapped = type.signed ? BigInt.asIntN(type.bits, value) : BigInt.asUintN(type.bits, value);
  report(l, node, "constantRange", { value, type: intName(type), wrapped });
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

export function excludesZero(range: Range): boolean {
  return range.low > 0n || range.high < 0n;
}

/** `test === 0 ? 0 : value` */
function selectZero(l: Lowering, test: Inst, value: Inst): Inst {
  const result = { name: "remainder", type: "i64" } as const;
  const isZero = l.b.createBlock();
  const join = l.b.createBlock();
  l.b.write(result, value);
  l.b.branch(l.b.compare("eq", test, l.b.constant("i64", 0n)), isZero, join);
  l.b.seal(isZero);
  l.b.start(isZero);
  l.b.write(result, l.b.constant("i64", 0n));
  l.b.jump(join);
  l.b.seal(join);
  l.b.start(join);
  return l.b.read(result);
}

function quotientRange({ left, right, operator }: QuotientOperand): Range {
  const magnitude = (range: Range): bigint => (range.high > -range.low ? range.high : -range.low);
  const bound =
    operator === "/" ? magnitude(left.range) : smaller(magnitude(left.range), magnitude(right.range) - 1n);
  const negative = operator === "/" ? left.range.low < 0n || right.range.low < 0n : left.range.low < 0n;
  const high = operator === "%" && left.range.high < 0n ? 0n : bound;
  return { low: negative ? -bound : 0n, high };
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b < 0n ? 0n : b;
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
  const product = l.b.binary(
    "mul",
    l.b.convert("trunc", "i32", left.value),
    l.b.convert("trunc", "i32", right.value),
  );
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
    const op = operator === "/" ? (type.signed ? "sdiv" : "udiv") : type.signed ? "smod" : "umod";
    const value = l.b.binary(op, left.value, right.value);
    if (operator === "/" || excludesZero(right.range)) return sizedInt(type, value);
    return sizedInt(type, selectZero(l, right.value, value));
  }
  return sizedInt(type, l.b.binary(wrappingOps[operator], left.value, right.value));
}

/** The one 64-bit type of both sides; a literal takes the other's. */
export function commonBigint(
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

/** An operator on two known bigints; undefined where JavaScript throws. */
export function foldBigint(operator: BigintOperator, a: bigint, b: bigint): bigint | undefined {
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
  }
}

function bigintShift(
  l: Lowering,
  node: ts.Node,
  operator: "<<" | ">>",
  left: IntOperand,
  right: IntOperand,
): Operand {
  const count = constantValue(right);
  if (count !== undefined && (count < 0n || count > 63n)) {
    report(l, node, "bigShift", { count: `${count}n` });
    return errorOperand;
  }
  if (left.type === "bigint" && count !== undefined) return constantBigint(l, node, operator, left, right);
  const type: IntType = typeof left.type === "string" ? { kind: "int", bits: 64, signed: true } : left.type;
  const op: BinaryOp = operator === "<<" ? "shl" : type.signed ? "ashr" : "lshr";
  return sizedInt(type, l.b.binary(op, left.value, right.value));
}

// ---- comparison -------------------------------------------------------------------------------------------------

export type ComparisonOperator = "===" | "!==" | "<" | "<=" | ">" | ">=";

const signedCompare: Record<ComparisonOperator, CompareOp> = {
  "===": "eq", "!==": "ne", "<": "slt", "<=": "sle", ">": "sgt", ">=": "sge",
};
const unsignedCompare: Record<ComparisonOperator, CompareOp> = {
  "===": "eq", "!==": "ne", "<": "ult", "<=": "ule", ">": "ugt", ">=": "uge",
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
  const type = commonBigint(l, node, operator, left, right);
  if (!type) return undefined;
  const signed = type === "bigint" || type.signed;
  return l.b.compare((signed ? signedCompare : unsignedCompare)[operator], left.value, right.value);
}

export function isBigint(operand: IntOperand): boolean {
  return operand.type === "bigint" || (typeof operand.type !== "string" && operand.type.bits === 64);
}
