// Which variables a piece of source assigns to.

import { ts } from "./typescript.js";

/** `=` or one of the compound assignments. */
export function isAssignment(node: ts.Node): node is ts.BinaryExpression {
  if (!ts.isBinaryExpression(node)) return false;
  const operator = node.operatorToken.kind;
  return operator >= ts.SyntaxKind.FirstAssignment && operator <= ts.SyntaxKind.LastAssignment;
}

/** The variables that this very node changes: one, or those of a pattern. */
export function changedVariables(node: ts.Node): readonly ts.Identifier[] {
  if (isAssignment(node)) return targetsOf(node.left);
  if ((ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) && isStep(node.operator)) {
    return targetsOf(node.operand);
  }
  return ts.isForOfStatement(node) && ts.isExpression(node.initializer) ? targetsOf(node.initializer) : [];
}

function targetsOf(node: ts.Node): readonly ts.Identifier[] {
  if (ts.isIdentifier(node)) return [node];
  if (ts.isParenthesizedExpression(node) || ts.isSpreadElement(node)) return targetsOf(node.expression);
  if (ts.isBinaryExpression(node)) return targetsOf(node.left);
  if (ts.isArrayLiteralExpression(node)) return node.elements.flatMap(targetsOf);
  if (ts.isObjectLiteralExpression(node)) return node.properties.flatMap(targetsOf);
  if (ts.isPropertyAssignment(node)) return targetsOf(node.initializer);
  return ts.isShorthandPropertyAssignment(node) ? [node.name] : [];
}

function isStep(operator: ts.SyntaxKind): boolean {
  return operator === ts.SyntaxKind.PlusPlusToken || operator === ts.SyntaxKind.MinusMinusToken;
}
