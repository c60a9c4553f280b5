// Arithmetic on two numbers or two bigints, and chains of it.

import { asInt, lowerExpression } from "./expressions.js";
import { at, report, type Lowering } from "./lowering.js";
import { bigintBinary, isBigint, numberBinary } from "./numbers.js";
import { errorOperand, type IntOperand, type Operand } from "./operands.js";
import { tryEvaluate } from "./statics.js";
import { isText } from "./text.js";
import { ts } from "./typescript.js";
import { describe } from "./variables.js";

export const arithmeticOperators: ReadonlySet<string> = new Set([
  "+",
  "-",
  "*",
  "/",
  "%",
  "&",
  "|",
  "^",
  "<<",
  ">>",
  ">>>",
]);

/** `a + b + c`, from the innermost on: a long chain needs no more of the stack than a short one. */
export function arithmeticChain(l: Lowering, node: ts.BinaryExpression): Operand {
  const chain = [node];
  let first = node.left;
  while (isArithmetic(first) && !tryEvaluate(l, first)) {
    chain.push(first);
    first = first.left;
  }
  let left = lowerExpression(l, first);
  for (const one of chain.toReversed()) left = at(l, one, () => arithmeticStep(l, one, left));
  return left;
}

function isArithmetic(node: ts.Expression): node is ts.BinaryExpression {
  return ts.isBinaryExpression(node) && arithmeticOperators.has(node.operatorToken.getText());
}

function arithmeticStep(l: Lowering, node: ts.BinaryExpression, leftOperand: Operand): Operand {
  const operator = node.operatorToken.getText();
  const rightOperand = lowerExpression(l, node.right);
  if (isTextual(leftOperand) || isTextual(rightOperand)) {
    const values = { operator, left: describe(leftOperand), right: describe(rightOperand) };
    const instead = "text is not put together in the kernel: send the parts, or print them with bpfPrintk(`…`)";
    report(l, node, "unsupportedOperator", { ...values, instead });
    return errorOperand;
  }
  const left = asInt(l, node.left, leftOperand);
  const right = asInt(l, node.right, rightOperand);
  if (!left || !right) return errorOperand;
  return arithmeticOn(l, node, operator, left, right);
}

function isTextual(operand: Operand): boolean {
  return operand.kind === "text" || isText(operand);
}

/** A binary arithmetic operator; TypeScript has seen to it that both sides are numbers or both are bigints. */
export function arithmeticOn(
  l: Lowering,
  node: ts.Node,
  operator: string,
  left: IntOperand,
  right: IntOperand,
): Operand {
  if (isBigint(left) || isBigint(right)) {
    return bigintBinary(l, node, operator as Parameters<typeof bigintBinary>[2], left, right);
  }
  return numberBinary(l, node, operator as Parameters<typeof numberBinary>[2], left, right);
}
