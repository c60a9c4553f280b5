// Expressions. The table from SyntaxKind to function is the language: what is not in it is a diagnostic.

import { ts } from "./typescript.js";
import type { Variable } from "../ir/builder.js";
import type { Inst } from "../ir/ir.js";
import { assert } from "../../util/assert.js";
import { readMember, readElementAccess } from "./access.js";
import { arithmeticChain, arithmeticOperators } from "./arithmetic.js";
import { assign, assignCompound, assignLogical, increment } from "./assignments.js";
import { lowerCall } from "./calls.js";
import { choiceType } from "./choice-types.js";
import { checkBelowZero, lowerCondition } from "./conditions.js";
import { fitsIn64Bits } from "./constants.js";
import { dataOperand } from "./globals.js";
import { at, findLocal, report, startSealed, symbolOf, type Lowering } from "./lowering.js";
import {
  bigintBinary,
  compareInts,
  constantInt,
  isBigint,
  numberBinary,
  plainNumber,
  type ComparisonOperator,
} from "./numbers.js";
import {
  errorOperand,
  voidOperand,
  type IntOperand,
  type NullableOperand,
  type Operand,
  type Static,
} from "./operands.js";
import { isConstAssertion, staticOf, tryEvaluate } from "./statics.js";
import { unsupported, varAdvice } from "./unsupported.js";
import { declaredType, intTypes, mayBeAbsent, type DeclaredType } from "./types.js";
import {
  declaredShape,
  describe,
  joinedMemory,
  joinShape,
  readLocal,
  readShape,
  scalarShape,
  writeShape,
  type Shape,
} from "./variables.js";

type ExpressionLowering = (l: Lowering, node: never) => Operand;

/** The expressions of the language. */
const table: Partial<Record<ts.SyntaxKind, ExpressionLowering>> = {
  [ts.SyntaxKind.NumericLiteral]: constant,
  [ts.SyntaxKind.BigIntLiteral]: constant,
  [ts.SyntaxKind.StringLiteral]: constant,
  [ts.SyntaxKind.NoSubstitutionTemplateLiteral]: constant,
  [ts.SyntaxKind.TrueKeyword]: constant,
  [ts.SyntaxKind.FalseKeyword]: constant,
  [ts.SyntaxKind.NullKeyword]: constant,
  [ts.SyntaxKind.ObjectLiteralExpression]: constantLiteral,
  [ts.SyntaxKind.ArrayLiteralExpression]: constantLiteral,
  [ts.SyntaxKind.Identifier]: identifier,
  [ts.SyntaxKind.ParenthesizedExpression]: (l, node: ts.ParenthesizedExpression) => lowerExpression(l, node.expression),
  [ts.SyntaxKind.NonNullExpression]: (l, node: ts.NonNullExpression) => nonNull(l, node),
  [ts.SyntaxKind.SatisfiesExpression]: (l, node: ts.SatisfiesExpression) => lowerExpression(l, node.expression),
  [ts.SyntaxKind.AsExpression]: (l, node: ts.AsExpression) =>
    isConstAssertion(node) ? lowerExpression(l, node.expression) : unsupported(l, node),
  [ts.SyntaxKind.PropertyAccessExpression]: readMember,
  [ts.SyntaxKind.ElementAccessExpression]: readElementAccess,
  [ts.SyntaxKind.CallExpression]: lowerCall,
  [ts.SyntaxKind.PrefixUnaryExpression]: prefix,
  [ts.SyntaxKind.PostfixUnaryExpression]: (l, node: ts.PostfixUnaryExpression) => increment(l, node, false),
  [ts.SyntaxKind.BinaryExpression]: binary,
  [ts.SyntaxKind.ConditionalExpression]: conditional,
};

export function lowerExpression(l: Lowering, node: ts.Expression): Operand {
  const lower = table[node.kind];
  if (!lower) return unsupported(l, node);
  const operand = at(l, node, () => lower(l, node as never));
  if (operand.kind === "error" && l.diagnostics.length === 0 && !l.b.unreachableHere) {
    // The program would be made, and do something else than it says.
    assert(false, `no diagnostic for the expression ${node.getText()}`);
  }
  return narrowed(l, node, operand);
}

/** Where TypeScript knows that the value is there, after a check, it is no longer one that may be missing. */
function narrowed(l: Lowering, node: ts.Expression, operand: Operand): Operand {
  if (operand.kind !== "nullable" || mayBeAbsent(l.checker.getTypeAtLocation(node))) return operand;
  return operand.inner;
}

/** An operand for a compile-time value. */
export function fromStatic(l: Lowering, node: ts.Node, value: Static): Operand {
  switch (value.kind) {
    case "int":
      if (!fitsIn64Bits(value.value)) {
        report(l, node, "bigLiteral", { literal: node.getText() });
        return errorOperand;
      }
      return constantInt(l, value.type, value.value);
    case "bool":
      return { kind: "bool", value: l.b.constant("i32", value.value ? 1n : 0n) };
    case "text":
      return { kind: "text", text: value.value };
    case "null":
      return { kind: "null" };
    case "undefined":
      return voidOperand;
    case "error":
      return errorOperand;
    case "data":
      return dataOperand(l, value);
    default:
      return { kind: "static", value };
  }
}

function constant(l: Lowering, node: ts.Expression): Operand {
  const value = tryEvaluate(l, node);
  return value ? fromStatic(l, node, value) : errorOperand;
}

/** A record or a list of constants. */
function constantLiteral(l: Lowering, node: ts.ObjectLiteralExpression | ts.ArrayLiteralExpression): Operand {
  const value = tryEvaluate(l, node);
  return value ? fromStatic(l, node, value) : unsupported(l, node);
}

function identifier(l: Lowering, node: ts.Identifier): Operand {
  const symbol = symbolOf(l, node);
  if (!symbol) return errorOperand;
  const local = findLocal(l, symbol);
  if (local) return readLocal(l, local);
  const value = staticOf(l, symbol);
  if (value) return fromStatic(l, node, value);
  if (reportDeclaration(l, symbol)) return errorOperand;
  report(l, node, "notAValue", {
    what: `'${node.text}'`,
    instead:
      "a function reaches its own parameters and variables, and what is at the top of a module: pass it as a parameter",
  });
  return errorOperand;
}

/** What a name stands for is refused where it is declared, `enum` or `var`: that is all there is to say of its uses. */
export function reportDeclaration(l: Lowering, { valueDeclaration: declaration }: ts.Symbol): boolean {
  if (!declaration) return false;
  const isVar =
    ts.isVariableDeclaration(declaration) && !(ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.BlockScoped);
  const isHoisted = isVar && ts.findAncestor(declaration, ts.isFunctionLike) !== undefined;
  if (!isHoisted && !ts.isEnumDeclaration(declaration)) return false;
  if (isHoisted) report(l, declaration.parent, "unsupportedSyntax", varAdvice);
  else unsupported(l, declaration);
  return true;
}

/** `x!` claims what the verifier does not believe. */
function nonNull(l: Lowering, node: ts.NonNullExpression): Operand {
  const operand = lowerExpression(l, node.expression);
  if (operand.kind !== "nullable") return operand;
  report(l, node, "possiblyMissing");
  return errorOperand;
}

// ---- integers ---------------------------------------------------------------------------------------------------

/** The expression as an integer, or undefined after a diagnostic. */
export function lowerInt(l: Lowering, node: ts.Expression): IntOperand | undefined {
  const operand = lowerExpression(l, node);
  return asInt(l, node, operand);
}

/** For messages: the expression without parentheses around it. */
export function sourceOf(node: ts.Node): string {
  return ts.isParenthesizedExpression(node) ? sourceOf(node.expression) : node.getText();
}

export function asInt(l: Lowering, node: ts.Node, operand: Operand): IntOperand | undefined {
  if (operand.kind === "int") return operand;
  if (operand.kind === "quotient") {
    report(l, node, "looseQuotient", { operator: operand.operator, source: sourceOf(node) });
  } else if (operand.kind === "nullable") {
    // TypeScript has narrowed it: the value counts here, and is zero when it is missing all the same.
    if (operand.inner.kind === "int") return operand.inner;
    report(l, node, "possiblyMissing");
  } else if (operand.kind !== "error") {
    report(l, node, "notAValue", { what: describe(operand), instead: "a number or a bigint is needed" });
  }
  return undefined;
}

function prefix(l: Lowering, node: ts.PrefixUnaryExpression): Operand {
  const known = tryEvaluate(l, node);
  if (known) return fromStatic(l, node, known);
  switch (node.operator) {
    case ts.SyntaxKind.PlusPlusToken:
    case ts.SyntaxKind.MinusMinusToken:
      return increment(l, node, true);
    case ts.SyntaxKind.ExclamationToken:
      return conditionValue(l, node);
    case ts.SyntaxKind.PlusToken:
      return lowerInt(l, node.operand) ?? errorOperand;
    case ts.SyntaxKind.MinusToken:
      return negate(l, node);
    case ts.SyntaxKind.TildeToken: {
      const operand = lowerInt(l, node.operand);
      if (!operand) return errorOperand;
      const ones = constantInt(l, isBigint(operand) ? "bigint" : "number", -1n);
      return isBigint(operand) ? bigintBinary(l, node, "^", operand, ones) : numberBinary(l, node, "^", operand, ones);
    }
  }
}

function negate(l: Lowering, node: ts.PrefixUnaryExpression): Operand {
  const operand = lowerInt(l, node.operand);
  if (!operand) return errorOperand;
  if (!isBigint(operand)) return numberBinary(l, node, "-", constantInt(l, "number", 0n), operand);
  return bigintBinary(l, node, "-", constantInt(l, "bigint", 0n), operand);
}

const comparisons: Partial<Record<ts.SyntaxKind, ComparisonOperator>> = {
  [ts.SyntaxKind.EqualsEqualsEqualsToken]: "===",
  [ts.SyntaxKind.ExclamationEqualsEqualsToken]: "!==",
  [ts.SyntaxKind.LessThanToken]: "<",
  [ts.SyntaxKind.LessThanEqualsToken]: "<=",
  [ts.SyntaxKind.GreaterThanToken]: ">",
  [ts.SyntaxKind.GreaterThanEqualsToken]: ">=",
};

/** The operator of a comparison, if it is one. */
export function comparisonOf(node: ts.BinaryExpression): ComparisonOperator | undefined {
  return comparisons[node.operatorToken.kind];
}

function binary(l: Lowering, node: ts.BinaryExpression): Operand {
  const known = tryEvaluate(l, node);
  if (known) return fromStatic(l, node, known);
  const operator = node.operatorToken.getText();
  if (operator === "=") return assign(l, node);
  if (operator === "&&=" || operator === "||=" || operator === "??=") return assignLogical(l, node, operator);
  if (operator === ",") {
    const left = lowerExpression(l, node.left);
    const right = lowerExpression(l, node.right);
    return left.kind === "error" ? errorOperand : right;
  }
  if (operator.endsWith("=") && arithmeticOperators.has(operator.slice(0, -1))) {
    return assignCompound(l, node, operator.slice(0, -1));
  }
  if (comparisonOf(node)) return conditionValue(l, node);
  if (operator === "&&" || operator === "||") return logical(l, node);
  if (operator === "??") return coalesce(l, node);
  if (!arithmeticOperators.has(operator)) return unsupported(l, node);
  return arithmeticChain(l, node);
}

// ---- values that depend on control flow -------------------------------------------------------------------------

/** A condition as a boolean value. */
function conditionValue(l: Lowering, node: ts.Expression): Operand {
  if (ts.isBinaryExpression(node)) {
    const direct = directComparison(l, node);
    if (direct) return direct;
  }
  const variable: Variable = { name: "condition", type: "i32" };
  const yes = l.b.createBlock();
  const no = l.b.createBlock();
  const join = l.b.createBlock();
  lowerCondition(l, node, yes, no);
  for (const [block, value] of [
    [yes, 1n],
    [no, 0n],
  ] as const) {
    startSealed(l, block);
    l.b.write(variable, l.b.constant("i32", value));
    l.b.jump(join);
  }
  startSealed(l, join);
  return { kind: "bool", value: l.b.read(variable) };
}

/** A comparison of two integers needs no branch to be a value. */
function directComparison(l: Lowering, node: ts.BinaryExpression): Operand | undefined {
  const operator = comparisonOf(node);
  const numeric = (side: ts.Expression): boolean => {
    const kind = declaredType(l.checker, l.checker.getTypeAtLocation(side))?.kind;
    return kind === "int" || kind === "number" || kind === "bigint";
  };
  if (!operator || !numeric(node.left) || !numeric(node.right)) return undefined;
  const left = lowerInt(l, node.left);
  const right = lowerInt(l, node.right);
  if (!left || !right) return errorOperand;
  checkBelowZero(l, operator, { node: node.left, operand: left }, { node: node.right, operand: right });
  const value = compareInts(l, node, operator, left, right);
  return value ? { kind: "bool", value } : errorOperand;
}

/** `a && b`, `a || b`: booleans are joined, other values are one side or the other. */
function logical(l: Lowering, node: ts.BinaryExpression): Operand {
  if (isBooleanType(l, node.left) && isBooleanType(l, node.right)) return conditionValue(l, node);
  const isAnd = node.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken;
  const left = lowerExpression(l, node.left);
  const test = truth(l, node.left, left);
  if (!test) return errorOperand;
  return choose(l, node, typeOf(l, node), test, {
    yes: () => (isAnd ? lowerExpression(l, node.right) : presentPart(left)),
    no: () => (isAnd ? falsyPart(left) : lowerExpression(l, node.right)),
  });
}

/** What an object that turned out to be false can only be: missing. */
export function falsyPart(operand: Operand): Operand {
  const isScalar = operand.kind === "nullable" && (operand.inner.kind === "int" || operand.inner.kind === "bool");
  return operand.kind === "nullable" && !isScalar ? voidOperand : operand;
}

export function typeOf(l: Lowering, node: ts.Expression): DeclaredType | undefined {
  return declaredType(l.checker, l.checker.getTypeAtLocation(node));
}

function isBooleanType(l: Lowering, node: ts.Expression): boolean {
  return declaredType(l.checker, l.checker.getTypeAtLocation(node))?.kind === "bool";
}

/** `a ?? b` */
function coalesce(l: Lowering, node: ts.BinaryExpression): Operand {
  const left = lowerExpression(l, node.left);
  if (left.kind === "null" || left.kind === "void") return lowerExpression(l, node.right);
  if (left.kind !== "nullable") return left;
  return choose(l, node, typeOf(l, node), presence(l, left), {
    yes: () => left.inner,
    no: () => lowerExpression(l, node.right),
  });
}

export function presentPart(operand: Operand): Operand {
  return operand.kind === "nullable" ? operand.inner : operand;
}

/** i32: 1 when the value is there. */
export function presence(l: Lowering, operand: NullableOperand): Inst {
  if (operand.present.type === "i32") return operand.present;
  return l.b.compare("ne", operand.present, l.b.constant("ptr", 0n));
}

/** i32: what JavaScript takes for true. Undefined after a diagnostic. */
export function truth(l: Lowering, node: ts.Node, operand: Operand): Inst | undefined {
  switch (operand.kind) {
    case "bool":
      return operand.value;
    case "int":
      return l.b.compare("ne", operand.value, l.b.constant("i64", 0n));
    case "nullable": {
      if (operand.inner.kind !== "int" && operand.inner.kind !== "bool") return presence(l, operand);
      const inner = truth(l, node, operand.inner);
      return inner && l.b.binary("and", presence(l, operand), inner);
    }
    case "null":
    case "void":
      return l.b.constant("i32", 0n);
    case "memory":
    case "kernel":
    case "user":
    case "ref":
    case "opaque":
      return l.b.constant("i32", 1n);
    case "error":
      return undefined;
    default:
      report(l, node, "notAValue", {
        what: describe(operand),
        instead: "a condition needs a boolean, a number or a value that may be missing",
      });
      return undefined;
  }
}

function conditional(l: Lowering, node: ts.ConditionalExpression): Operand {
  const yes = l.b.createBlock();
  const no = l.b.createBlock();
  lowerCondition(l, node.condition, yes, no);
  return joinArms(l, node, choiceType(l.checker, node), yes, no, {
    yes: () => lowerExpression(l, node.whenTrue),
    no: () => lowerExpression(l, node.whenFalse),
  });
}

interface Arms {
  readonly yes: () => Operand;
  readonly no: () => Operand;
}

/** One arm or the other; `type` is that of the result. */
export function choose(
  l: Lowering,
  node: ts.Expression,
  type: DeclaredType | undefined,
  test: Inst,
  arms: Arms,
): Operand {
  const yes = l.b.createBlock();
  const no = l.b.createBlock();
  l.b.branch(test, yes, no);
  return joinArms(l, node, type, yes, no, arms);
}

/** Lowers both arms and joins what they give in one variable, whose shape the expression's type decides. */
function joinArms(
  l: Lowering,
  node: ts.Expression,
  type: DeclaredType | undefined,
  yes: ReturnType<Lowering["b"]["createBlock"]>,
  no: ReturnType<Lowering["b"]["createBlock"]>,
  arms: Arms,
): Operand {
  const join = l.b.createBlock();
  let shape: Shape | undefined;
  const results: Operand[] = [];
  for (const [block, lower] of [
    [yes, arms.yes],
    [no, arms.no],
  ] as const) {
    startSealed(l, block);
    const operand = lower();
    results.push(operand);
    shape ??= joinShape(armShape(l, type, operand));
    if (shape) writeShape(l, node, "value", shape, operand);
    l.b.jump(join);
  }
  startSealed(l, join);
  if (results.some((operand) => operand.kind === "error")) return errorOperand;
  if (results.every((operand) => operand.kind === "void")) return voidOperand;
  if (!shape) {
    const what = describe(results[0] ?? voidOperand);
    report(l, node, "notAValue", { what, instead: "use an `if` with both cases" });
    return errorOperand;
  }
  return joinedMemory(tighten(readShape(l, shape), results), results);
}

/** The joined value's range is that of all arms, its type theirs where they have one in common. */
export function tighten(joined: Operand, arms: readonly Operand[]): Operand {
  if (joined.kind !== "int" || joined.type !== "number" || joined.range.low === joined.range.high) return joined;
  const ints = arms.filter((operand) => operand.kind === "int");
  const [first] = ints;
  if (!first || ints.length !== arms.length || ints.some((operand) => operand.loose)) return joined;
  const low = ints.map((operand) => operand.range.low).reduce((a, b) => (a < b ? a : b));
  const high = ints.map((operand) => operand.range.high).reduce((a, b) => (a > b ? a : b));
  const type = ints.every((operand) => operand.type === first.type) ? first.type : "number";
  return { ...plainNumber(joined.value, { low, high }), type };
}

/**
 * A choice is no store: numbers stay what they are, even where TypeScript calls `c ? byte : -1` a u8, and only those of
 * 64 bits have the type that says their sign.
 */
function armShape(l: Lowering, type: DeclaredType | undefined, operand: Operand): Shape | undefined {
  if (type?.kind === "int" && type.bits < 64) return scalarShape("value", "number");
  if (type?.kind === "nullable" && type.inner.kind === "int" && type.inner.bits < 64) {
    return declaredShape(l, "value", { kind: "nullable", inner: { kind: "number" } }, operand);
  }
  if (type?.kind === "bigint" && operand.kind === "int" && operand.type === "bigint") {
    return scalarShape("value", intTypes.i64);
  }
  return declaredShape(l, "value", type, operand);
}

/** For tests of the language's extent. */
export const expressionKinds: readonly ts.SyntaxKind[] = Object.keys(table).map(Number);
