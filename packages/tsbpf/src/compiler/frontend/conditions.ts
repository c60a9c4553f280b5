// Conditions as control flow: `&&`, `||`, `!`, comparisons and truthiness branch straight to where they lead.

import { ts } from "./typescript.js";
import type { Block, Inst } from "../ir/ir.js";
import { asInt, comparisonOf, lowerExpression, presence, truth } from "./expressions.js";
import { at, report, startSealed, type Lowering } from "./lowering.js";
import { compareInts, constantValue, isBigint, plainNumber, type ComparisonOperator } from "./numbers.js";
import type { BoolOperand, IntOperand, NullableOperand, Operand } from "./operands.js";
import { isText } from "./text.js";

/** Ends the current block by a jump to `yes` or `no`. Both may have other predecessors; neither is sealed here. */
export function lowerCondition(l: Lowering, node: ts.Expression, yes: Block, no: Block): void {
  at(l, node, () => branchOn(l, node, yes, no));
}

function branchOn(l: Lowering, node: ts.Expression, yes: Block, no: Block): void {
  if (ts.isParenthesizedExpression(node)) return lowerCondition(l, node.expression, yes, no);
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
    return lowerCondition(l, node.operand, no, yes);
  }
  if (ts.isBinaryExpression(node)) {
    const kind = node.operatorToken.kind;
    if (kind === ts.SyntaxKind.AmpersandAmpersandToken || kind === ts.SyntaxKind.BarBarToken) {
      const rest = l.b.createBlock();
      const isAnd = kind === ts.SyntaxKind.AmpersandAmpersandToken;
      lowerCondition(l, node.left, isAnd ? rest : yes, isAnd ? no : rest);
      startSealed(l, rest);
      return lowerCondition(l, node.right, yes, no);
    }
    const operator = comparisonOf(node);
    if (operator) return branchIf(l, comparison(l, node, operator), yes, no);
  }
  branchIf(l, truth(l, node, lowerExpression(l, node)), yes, no);
}

/** After a diagnostic there is no test; both ways stay reachable so that lowering can go on. */
function branchIf(l: Lowering, test: Inst | undefined, yes: Block, no: Block): void {
  l.b.branch(test ?? l.b.constant("i32", 0n), yes, no);
}

function comparison(l: Lowering, node: ts.BinaryExpression, operator: ComparisonOperator): Inst | undefined {
  const left: Side = { node: node.left, operand: lowerExpression(l, node.left) };
  const right: Side = { node: node.right, operand: lowerExpression(l, node.right) };
  return compareOperands(l, node, operator, left, right);
}

/** One side of a comparison: what it is and where it stands. */
export interface Side {
  readonly node: ts.Expression;
  readonly operand: Operand;
}

/** The comparison as an i32, 0 or 1; undefined after a diagnostic. */
export function compareOperands(
  l: Lowering,
  node: ts.Node,
  operator: ComparisonOperator,
  { node: leftNode, operand: left }: Side,
  { node: rightNode, operand: right }: Side,
): Inst | undefined {
  if (left.kind === "error" || right.kind === "error") return undefined;
  const absent = absenceTest(l, operator, left, right) ?? absenceTest(l, operator, right, left);
  if (absent) return absent;
  if (left.kind === "bool" && right.kind === "bool") return compareBooleans(l, node, operator, left.value, right.value);
  if (left.kind === "text" && right.kind === "text" && (operator === "===" || operator === "!==")) {
    return l.b.constant("i32", (left.text === right.text) === (operator === "===") ? 1n : 0n);
  }
  const pointers = pointerTest(l, operator, left, right);
  if (pointers) return pointers;
  if (isNullableScalar(left) || isNullableScalar(right)) {
    return compareNullable(l, node, operator, { node: leftNode, operand: left }, { node: rightNode, operand: right });
  }
  if (isText(left) && isText(right)) {
    const instead = `\`${operator === "!==" ? "!" : ""}${leftNode.getText()}.equals(${rightNode.getText()})\``;
    report(l, node, "unsupportedOperator", { operator, left: "text", right: "text", instead });
    return undefined;
  }
  const a = asInt(l, leftNode, left);
  const b = asInt(l, rightNode, right);
  if (!a || !b) return undefined;
  checkBelowZero(l, operator, { node: leftNode, operand: a }, { node: rightNode, operand: b });
  return compareInts(l, node, operator, a, b);
}

/** `x === null`, `x !== undefined`: whether it is missing. */
function absenceTest(l: Lowering, operator: ComparisonOperator, value: Operand, other: Operand): Inst | undefined {
  if (other.kind !== "null" && other.kind !== "void") return undefined;
  if (operator !== "===" && operator !== "!==") return undefined;
  const missing =
    value.kind === "nullable"
      ? l.b.compare("eq", presence(l, value), l.b.constant("i32", 0n))
      : l.b.constant("i32", value.kind === "null" || value.kind === "void" ? 1n : 0n);
  return operator === "===" ? missing : l.b.compare("eq", missing, l.b.constant("i32", 0n));
}

function compareBooleans(
  l: Lowering,
  node: ts.Node,
  operator: ComparisonOperator,
  left: Inst,
  right: Inst,
): Inst | undefined {
  if (operator === "===") return l.b.compare("eq", left, right);
  if (operator === "!==") return l.b.compare("ne", left, right);
  const instead = "compare booleans with === or !==";
  report(l, node, "unsupportedOperator", { operator, left: "a boolean", right: "a boolean", instead });
  return undefined;
}

/** Two kernel objects are equal when their addresses are. */
function pointerTest(l: Lowering, operator: ComparisonOperator, left: Operand, right: Operand): Inst | undefined {
  const a = pointerOf(left);
  const b = pointerOf(right);
  if (!a || !b || (operator !== "===" && operator !== "!==")) return undefined;
  return l.b.compare(operator === "===" ? "eq" : "ne", a, b);
}

function pointerOf(operand: Operand): Inst | undefined {
  if (operand.kind === "kernel" && operand.path.length === 0) return operand.base;
  if (operand.kind === "user") return operand.value;
  if (operand.kind === "nullable") return pointerOf(operand.inner);
  return undefined;
}

function isNullableScalar(operand: Operand): operand is NullableOperand & { inner: IntOperand | BoolOperand } {
  return operand.kind === "nullable" && (operand.inner.kind === "int" || operand.inner.kind === "bool");
}

/** `x === 3` where x may be missing. TypeScript lets only equality through. A missing value is held as zero. */
function compareNullable(
  l: Lowering,
  node: ts.Node,
  operator: ComparisonOperator,
  { node: leftNode, operand: left }: Side,
  { node: rightNode, operand: right }: Side,
): Inst | undefined {
  const [a, b] = [scalarPart(l, leftNode, left), scalarPart(l, rightNode, right)];
  const equal = a && b && compareInts(l, node, "===", a, b);
  if (!equal) return undefined;
  const one = l.b.constant("i32", 1n);
  const here = [left, right].map((side) => (isNullableScalar(side) ? presence(l, side) : one));
  const [leftHere = one, rightHere = one] = here;
  const both = l.b.binary("and", l.b.compare("eq", leftHere, rightHere), equal);
  return operator === "!==" ? l.b.compare("eq", both, l.b.constant("i32", 0n)) : both;
}

/** The value to compare, as an integer. */
function scalarPart(l: Lowering, node: ts.Node, operand: Operand): IntOperand | undefined {
  const value = isNullableScalar(operand) ? operand.inner : operand;
  if (value.kind !== "bool") return asInt(l, node, value);
  return plainNumber(l.b.convert("zext", "i64", value.value), { low: 0n, high: 1n });
}

/** An integer on one side of a comparison. */
interface IntSide {
  readonly node: ts.Expression;
  readonly operand: IntOperand;
}

/** `a - b < 0n` on u64 can never be true in the kernel, and is what was meant in JavaScript. */
export function checkBelowZero(l: Lowering, operator: ComparisonOperator, left: IntSide, right: IntSide): void {
  if (operator === "===" || operator === "!==") return;
  for (const [side, other] of [
    [left, right],
    [right, left],
  ] as const) {
    const { operand } = side;
    const unsigned = typeof operand.type !== "string" && isBigint(operand) && !operand.type.signed;
    const expression = ts.isParenthesizedExpression(side.node) ? side.node.expression : side.node;
    const isDifference =
      ts.isBinaryExpression(expression) && expression.operatorToken.kind === ts.SyntaxKind.MinusToken;
    if (unsigned && isDifference && constantValue(other.operand) === 0n) {
      report(l, side.node, "unsignedBelowZero", { source: expression.getText() });
    }
  }
}
