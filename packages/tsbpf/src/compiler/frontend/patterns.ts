// Taking values apart: patterns on the left of `=`, and the array literals that may stand on its right.

import { ts } from "./typescript.js";
import { elementNamed, memberNamed } from "./access.js";
import { assignmentTarget } from "./assignments.js";
import { choose, lowerExpression, presence } from "./expressions.js";
import { at, type Lowering } from "./lowering.js";
import { voidOperand, type Operand } from "./operands.js";
import { propertyName } from "./statics.js";
import { unsupported } from "./unsupported.js";
import { declaredType } from "./types.js";

/** What a pattern takes apart: a value, or the elements of `[a, b]`, which is no value anywhere else. */
export type Source = Operand | List;

interface List {
  readonly kind: "list";
  readonly node: ts.ArrayLiteralExpression;
  readonly elements: readonly Source[];
}

/** The right side of a pattern: all of it is evaluated before the first name gets its value. */
export function lowerSource(l: Lowering, node: ts.Expression, target: ts.Node): Source {
  if (ts.isParenthesizedExpression(node)) return lowerSource(l, node.expression, target);
  const isPattern = ts.isArrayBindingPattern(target) || ts.isArrayLiteralExpression(target);
  return isPattern && ts.isArrayLiteralExpression(node) ? listOf(l, node) : lowerExpression(l, node);
}

function listOf(l: Lowering, node: ts.ArrayLiteralExpression): List {
  const elements = node.elements.map((element) =>
    ts.isArrayLiteralExpression(element) ? listOf(l, element) : lowerExpression(l, element),
  );
  return { kind: "list", node, elements };
}

/** A list that is not taken apart is an array literal like any other. */
export function asOperand(l: Lowering, source: Source): Operand {
  return source.kind === "list" ? unsupported(l, source.node) : source;
}

/** Element `index` of a source; `node` names it. */
export function sourceElement(l: Lowering, node: ts.Node, source: Source, index: number): Source {
  if (source.kind === "list") return source.elements[index] ?? voidOperand;
  return elementNamed(l, node, source, index);
}

/** The property that `key` names. */
export function sourceMember(l: Lowering, node: ts.Node, source: Source, key: ts.PropertyName): Operand {
  if (source.kind === "list" || ts.isComputedPropertyName(key)) return unsupported(l, key);
  return memberNamed(l, node, source, propertyName(key));
}

/** A default value counts where the part is undefined; it sees what was bound before it. */
export function withDefault(
  l: Lowering,
  initializer: ts.Expression | undefined,
  source: Source,
  name: ts.Node,
): Source {
  if (!initializer) return source;
  if (source.kind === "void") return lowerExpression(l, initializer);
  if (source.kind !== "nullable") return source;
  const declared = declaredType(l.checker, l.checker.getTypeAtLocation(name));
  return choose(l, initializer, declared, presence(l, source), {
    yes: () => source.inner,
    no: () => lowerExpression(l, initializer),
  });
}

/** `[a, b] = …`, `({ x: a } = …)`, or what is no pattern at all. */
export function assignPattern(l: Lowering, target: ts.Expression, source: Source, place: ts.Node): void {
  if (source.kind === "error") return;
  if (ts.isArrayLiteralExpression(target)) {
    for (const [index, element] of target.elements.entries()) {
      if (!ts.isOmittedExpression(element)) {
        assignPart(l, element, () => sourceElement(l, element, source, index));
      }
    }
  } else if (ts.isObjectLiteralExpression(target)) {
    for (const property of target.properties) assignProperty(l, property, source);
  } else {
    assignmentTarget(l, target)?.write(asOperand(l, source), place);
  }
}

function assignProperty(l: Lowering, property: ts.ObjectLiteralElementLike, source: Source): void {
  if (ts.isShorthandPropertyAssignment(property)) {
    const { name, objectAssignmentInitializer } = property;
    const read = (): Source => sourceMember(l, property, source, name);
    assignPart(l, name, read, objectAssignmentInitializer);
  } else if (ts.isPropertyAssignment(property)) {
    assignPart(l, property.initializer, () => sourceMember(l, property, source, property.name));
  } else {
    unsupported(l, property);
  }
}

/** One part of a pattern. JavaScript looks at the target first, then reads the part, then asks for its default. */
function assignPart(l: Lowering, element: ts.Expression, read: () => Source, shorthandDefault?: ts.Expression): void {
  if (ts.isSpreadElement(element)) {
    unsupported(l, element);
    return;
  }
  const hasDefault = ts.isBinaryExpression(element) && element.operatorToken.kind === ts.SyntaxKind.EqualsToken;
  const target = hasDefault ? element.left : element;
  const initializer = hasDefault ? element.right : shorthandDefault;
  at(l, element, () => {
    if (ts.isArrayLiteralExpression(target) || ts.isObjectLiteralExpression(target)) {
      assignPattern(l, target, withDefault(l, initializer, read(), target), element);
      return;
    }
    const place = assignmentTarget(l, target);
    const value = asOperand(l, withDefault(l, initializer, read(), target));
    if (value.kind !== "error") place?.write(value, element);
  });
}

/** The value of `[a, b] = [b, a]` itself: a list is none, which only matters where somebody wants it. */
export function patternValue(l: Lowering, node: ts.Expression, source: Source): Operand {
  if (source.kind !== "list") return source;
  return isWanted(node) ? asOperand(l, source) : voidOperand;
}

function isWanted(node: ts.Expression): boolean {
  const { parent } = node;
  if (ts.isParenthesizedExpression(parent)) return isWanted(parent);
  if (ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.CommaToken) {
    return parent.right === node && isWanted(parent);
  }
  return !ts.isExpressionStatement(parent) && !ts.isForStatement(parent);
}
