// The type of `a ? x : b ? y : z`. TypeScript goes through all that stands behind a `?` for each of the choices in it,
// so that a long chain would take time with the cube of its length: numbers and booleans are worked out from the arms.

import { ts } from "./typescript.js";
import { declaredType, isNumber, sameScalar, type DeclaredType } from "./types.js";

/** Undefined for arms that TypeScript has to be asked about together. */
const scalars = new WeakMap<ts.Node, DeclaredType | undefined>();

export function choiceType(checker: ts.TypeChecker, node: ts.ConditionalExpression): DeclaredType | undefined {
  return commonScalar(checker, node) ?? declaredType(checker, checker.getTypeAtLocation(node));
}

function commonScalar(checker: ts.TypeChecker, node: ts.ConditionalExpression): DeclaredType | undefined {
  if (scalars.has(node)) return scalars.get(node);
  const yes = armType(checker, node.whenTrue);
  const no = armType(checker, node.whenFalse);
  const common = yes && no && either(yes, no);
  scalars.set(node, common);
  return common;
}

function armType(checker: ts.TypeChecker, node: ts.Expression): DeclaredType | undefined {
  if (ts.isParenthesizedExpression(node)) return armType(checker, node.expression);
  if (ts.isConditionalExpression(node)) return commonScalar(checker, node);
  return declaredType(checker, checker.getTypeAtLocation(node));
}

/** As TypeScript's union of the two is declared; undefined where that depends on more. */
function either(a: DeclaredType, b: DeclaredType): DeclaredType | undefined {
  const isScalar = a.kind === "int" || a.kind === "bool" || a.kind === "number" || a.kind === "bigint";
  if (isScalar && sameScalar(a, b)) return a;
  return isNumber(a) && isNumber(b) ? { kind: "number" } : undefined;
}
