// Arithmetic on constants, as JavaScript does it: numbers exactly, bigint literals without a limit until they are used,
// u64 and i64 constants modulo 2^64.

import { ts } from "./typescript.js";
import { report, type Compilation } from "./lowering.js";
import { foldBigint } from "./numbers.js";
import type { Static } from "./operands.js";
import { intTypes, type IntType } from "./types.js";

export type IntStatic = Static & { readonly kind: "int" };

const errorStatic: Static = { kind: "error" };

/** Larger bigints are a mistake, and would take the compiler's own time and memory. */
const largestBits = 4096n;

export function foldUnary(operator: ts.PrefixUnaryOperator, operand: Static): Static | undefined {
  if (operand.kind === "bool" && operator === ts.SyntaxKind.ExclamationToken) {
    return { kind: "bool", value: !operand.value };
  }
  if (operand.kind !== "int") return undefined;
  switch (operator) {
    case ts.SyntaxKind.MinusToken:
      return wrapped(isBigint(operand) ? operand.type : "number", -operand.value);
    case ts.SyntaxKind.PlusToken:
      return isBigint(operand) ? undefined : operand;
    case ts.SyntaxKind.TildeToken:
      if (isBigint(operand)) return wrapped(operand.type, ~operand.value);
      return { kind: "int", type: "number", value: BigInt.asIntN(32, ~operand.value) };
    default:
      return undefined;
  }
}

/** Undefined for what is no constant, or an operator that the language does not have. */
export function foldBinary(c: Compilation, node: ts.BinaryExpression, a: IntStatic, b: IntStatic): Static | undefined {
  const operator = node.operatorToken.getText();
  if (isBigint(a) !== isBigint(b)) return undefined;
  const compare = comparisons[operator];
  if (compare) return { kind: "bool", value: compare(a.value, b.value) };
  if (!isBigint(a)) return foldNumbers(c, node, operator, Number(a.value), Number(b.value));
  const type = commonType(a.type, b.type);
  return type && foldBigints(c, node, operator, type, a.value, b.value);
}

function isBigint({ type }: IntStatic): boolean {
  return type === "bigint" || (type !== "number" && type.bits === 64);
}

/** u64 and i64 do not mix; a literal takes the other's type. */
function commonType(a: IntStatic["type"], b: IntStatic["type"]): IntStatic["type"] | undefined {
  if (a === "bigint") return b;
  return b === "bigint" || a === b ? a : undefined;
}

function wrapped(type: IntStatic["type"], value: bigint): IntStatic {
  return { kind: "int", type, value: typeof type === "string" ? value : wrap(type, value) };
}

function wrap(type: IntType, value: bigint): bigint {
  return type.signed ? BigInt.asIntN(type.bits, value) : BigInt.asUintN(type.bits, value);
}

/** `u32(5)` of a constant is a constant too. */
export function convertConstant(type: IntType, value: bigint): Static {
  return { kind: "int", type, value: wrap(type, value) };
}

const comparisons: Readonly<Record<string, (a: bigint, b: bigint) => boolean>> = {
  "===": (a, b) => a === b,
  "!==": (a, b) => a !== b,
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
};

const numberFolds: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
  "**": (a, b) => a ** b,
  "&": (a, b) => a & b,
  "|": (a, b) => a | b,
  "^": (a, b) => a ^ b,
  "<<": (a, b) => a << b,
  ">>": (a, b) => a >> b,
  ">>>": (a, b) => a >>> b,
};

function foldNumbers(c: Compilation, node: ts.Node, operator: string, a: number, b: number): Static | undefined {
  const value = numberFolds[operator]?.(a, b);
  if (value === undefined) return undefined;
  if (Number.isSafeInteger(value)) return { kind: "int", type: "number", value: BigInt(value) };
  // A quotient that is no integer may still be converted to one by what is around it.
  if (operator === "/" || operator === "%") return undefined;
  if (Number.isFinite(value) && !Number.isInteger(value)) report(c, node, "fraction", { literal: node.getText() });
  else report(c, node, "unsafeInteger");
  return errorStatic;
}

function foldBigints(
  c: Compilation,
  node: ts.Node,
  operator: string,
  type: IntStatic["type"],
  a: bigint,
  b: bigint,
): Static | undefined {
  // A literal that the type does not hold is no operand of a division: lowering says so.
  const isDivision = operator === "/" || operator === "%";
  if (typeof type !== "string" && isDivision && (wrap(type, a) !== a || wrap(type, b) !== b)) return undefined;
  const value = operator === "**" ? power(a, b) : foldBigint(operator, a, b);
  if (value === undefined) return undefined;
  if (bitLength(value) <= largestBits) return wrapped(type, value);
  report(c, node, "bigLiteral", { literal: node.getText() });
  return errorStatic;
}

/** Undefined where JavaScript throws; one bit too many where the result is out of all bounds. */
function power(base: bigint, exponent: bigint): bigint | undefined {
  if (exponent < 0n) return undefined;
  if (base === 0n || base === 1n || base === -1n) return base ** (exponent === 0n ? 0n : 2n - (exponent & 1n));
  return exponent > largestBits ? 1n << largestBits : base ** exponent;
}

function bitLength(value: bigint): bigint {
  return BigInt((value < 0n ? -value : value).toString(16).length) * 4n;
}

/** Where a bigint constant is used it has to fit in 64 bits. */
export function fitsIn64Bits(value: bigint): boolean {
  return wrap(intTypes.i64, value) === value || wrap(intTypes.u64, value) === value;
}
