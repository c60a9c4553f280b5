// Whether a loop ends, and after how many rounds at most: a counter that only moves one way by constant steps, and a
// limit in the condition. The verifier follows the loop round by round, so that it must end for it to see.

import { ts } from "./typescript.js";
import type { Variable } from "../ir/builder.js";
import { changedVariables } from "./assigned.js";
import { findLocal, symbolOf, type Lowering } from "./lowering.js";
import { rangeOf, safeRange, within } from "./numbers.js";
import type { Range } from "./operands.js";
import { tryEvaluate } from "./statics.js";
import { declaredType } from "./types.js";
import { readLocal } from "./variables.js";

export interface LoopBound {
  readonly rounds: number;
  /** The limit is known when the program is compiled: leaving the loop is no open question for the verifier. */
  readonly exact: boolean;
  /** The counter, where the body does not change it. */
  readonly counter: Counter | undefined;
  /** Variables that move by the steps of the loop alone, and so never leave their type. */
  readonly steady: readonly ts.Symbol[];
  /** What the condition implies, as a test against a constant; undefined where the condition is one itself. */
  readonly guard: Guard | undefined;
}

/**
 * The verifier does not always see what bounds a limit (it forgets everything at a remainder or a quotient), and before
 * Linux 6.8 it does not decide between a counter and a limit in another register (is_branch_taken,
 * kernel/bpf/verifier.c). So the counter is tested against the bound that the compiler knows.
 */
export interface Guard {
  readonly counter: Variable;
  readonly upward: boolean;
  /** While the condition holds the counter is below this, or above it when it counts down. */
  readonly limit: bigint;
  /** Where a counter that goes down begins at most, unless that is a constant. */
  readonly start: bigint | undefined;
}

export interface Counter {
  readonly symbol: ts.Symbol;
  /** Its values inside the body. */
  readonly range: Range;
  /** From one constant to another at most: the verifier, which goes through the loop round by round, knows them too. */
  readonly isVisible: boolean;
}

/** A comparison `counter < limit` or its mirror image; of `counter + 1 < limit` the limit is moved. */
interface Limit {
  readonly counter: ts.Identifier;
  readonly symbol: ts.Symbol;
  readonly upward: boolean;
  readonly inclusive: boolean;
  readonly range: Range;
}

/**
 * The bound of a `for` or `while` loop, looked at before its condition is lowered, so that variables still have the
 * values from before the loop.
 */
export function loopBound(
  l: Lowering,
  condition: ts.Expression | undefined,
  body: ts.Statement,
  update: ts.Expression | undefined,
): LoopBound | undefined {
  if (!condition) return undefined;
  const bounds = conjuncts(condition)
    .map((part) => limitOf(l, part))
    .filter((limit) => limit !== undefined && assignmentsTo(l, limit.symbol, condition).length === 0)
    .map((limit) => limit && boundOf(l, limit, body, update))
    .filter((bound) => bound !== undefined);
  if (bounds.length === 0) return undefined;
  const best = bounds.reduce((a, b) => (b.rounds < a.rounds ? b : a));
  // With other conditions beside it, every round may be the last.
  const exact = conjuncts(condition).length === 1 && bounds[0]?.exact === true;
  const steady = bounds.flatMap((bound) => bound.steady);
  const source = bounds.find((bound) => bound.counter);
  // Only one guard is tested in each round.
  const isVisible = source?.counter?.isVisible === true && (source.exact || source === best);
  return { ...best, exact, steady, counter: source?.counter && { ...source.counter, isVisible } };
}

function conjuncts(node: ts.Expression): readonly ts.Expression[] {
  if (ts.isParenthesizedExpression(node)) return conjuncts(node.expression);
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.AmpersandAmpersandToken) {
    return [...conjuncts(node.left), ...conjuncts(node.right)];
  }
  return [node];
}

const mirrored: Partial<Record<ts.SyntaxKind, ts.SyntaxKind>> = {
  [ts.SyntaxKind.LessThanToken]: ts.SyntaxKind.GreaterThanToken,
  [ts.SyntaxKind.LessThanEqualsToken]: ts.SyntaxKind.GreaterThanEqualsToken,
  [ts.SyntaxKind.GreaterThanToken]: ts.SyntaxKind.LessThanToken,
  [ts.SyntaxKind.GreaterThanEqualsToken]: ts.SyntaxKind.LessThanEqualsToken,
};

function limitOf(l: Lowering, node: ts.Expression): Limit | undefined {
  if (!ts.isBinaryExpression(node) || !mirrored[node.operatorToken.kind]) return undefined;
  const direct = counterLimit(l, node.left, node.operatorToken.kind, node.right);
  const mirror = mirrored[node.operatorToken.kind];
  if (direct || mirror === undefined) return direct;
  return counterLimit(l, node.right, mirror, node.left);
}

function counterLimit(
  l: Lowering,
  counter: ts.Expression,
  operator: ts.SyntaxKind,
  limit: ts.Expression,
): Limit | undefined {
  const { base, by } = movedCounter(l, counter);
  const symbol = ts.isIdentifier(base) ? symbolOf(l, base) : undefined;
  if (!symbol || !ts.isIdentifier(base) || findLocal(l, symbol)?.kind !== "let") return undefined;
  const unmoved = rangeOfExpression(l, limit);
  if (!unmoved) return undefined;
  const range = { low: unmoved.low - by, high: unmoved.high - by };
  const upward = operator === ts.SyntaxKind.LessThanToken || operator === ts.SyntaxKind.LessThanEqualsToken;
  const inclusive = operator === ts.SyntaxKind.LessThanEqualsToken || operator === ts.SyntaxKind.GreaterThanEqualsToken;
  return { counter: base, symbol, upward, inclusive, range };
}

/** `j` and 1 of `j + 1 < n`. */
function movedCounter(l: Lowering, node: ts.Expression): { readonly base: ts.Expression; readonly by: bigint } {
  const plain = { base: node, by: 0n };
  if (ts.isParenthesizedExpression(node)) return movedCounter(l, node.expression);
  if (!ts.isBinaryExpression(node)) return plain;
  const isSum = node.operatorToken.kind === ts.SyntaxKind.PlusToken;
  if (!isSum && node.operatorToken.kind !== ts.SyntaxKind.MinusToken) return plain;
  const amount = tryEvaluate(l, node.right);
  if (amount?.kind !== "int" || amount.type === "bigint") return plain;
  return { base: node.left, by: isSum ? amount.value : -amount.value };
}

/** The range of a limit, without lowering it: a constant, a local's value, or what its type allows. */
export function rangeOfExpression(l: Lowering, node: ts.Expression): Range | undefined {
  if (ts.isParenthesizedExpression(node)) return rangeOfExpression(l, node.expression);
  const known = tryEvaluate(l, node);
  if (known?.kind === "int") return { low: known.value, high: known.value };
  if (ts.isPropertyAccessExpression(node) && node.name.text === "length") {
    const length = l.checker.getTypeAtLocation(node);
    if (length.isNumberLiteral()) return { low: BigInt(length.value), high: BigInt(length.value) };
  }
  const symbol = ts.isIdentifier(node) ? symbolOf(l, node) : undefined;
  const local = symbol && findLocal(l, symbol);
  if (local?.kind === "const") {
    return local.operand.kind === "int" && !local.operand.loose ? local.operand.range : undefined;
  }
  if (local?.range) return local.range;
  if (isMinimum(l, node)) return minimumRange(l, node);
  if (ts.isBinaryExpression(node)) return combinedRange(l, node);
  // What is stored somewhere has the bounds of its type. Of other expressions TypeScript only says what they resemble:
  // it calls `c ? byte : -1` a u8.
  const isStored =
    ts.isIdentifier(node) ||
    ts.isCallExpression(node) ||
    ts.isPropertyAccessExpression(node) ||
    ts.isElementAccessExpression(node);
  const declared = isStored ? declaredType(l.checker, l.checker.getTypeAtLocation(node)) : undefined;
  return declared?.kind === "int" ? rangeOf(declared) : undefined;
}

/** `n - 1 - i`, and `n & 15` whatever n is. */
function combinedRange(l: Lowering, node: ts.BinaryExpression): Range | undefined {
  if (node.operatorToken.kind === ts.SyntaxKind.AmpersandToken) {
    const masks = [node.left, node.right].map((side) => tryEvaluate(l, side));
    const mask = masks.find((value) => value?.kind === "int" && value.value >= 0n && value.value <= 0x7fffffffn);
    return mask?.kind === "int" ? { low: 0n, high: mask.value } : undefined;
  }
  const isSum = node.operatorToken.kind === ts.SyntaxKind.PlusToken;
  if (!isSum && node.operatorToken.kind !== ts.SyntaxKind.MinusToken) return undefined;
  const base = rangeOfExpression(l, node.left);
  const amount = base && rangeOfExpression(l, node.right);
  if (!amount || !within(base, safeRange) || !within(amount, safeRange) || isBigint(l, node)) return undefined;
  return isSum
    ? { low: base.low + amount.low, high: base.high + amount.high }
    : { low: base.low - amount.high, high: base.high - amount.low };
}

/** Of 64 bits a sum may wrap. */
function isBigint(l: Lowering, node: ts.Expression): boolean {
  return (l.checker.getTypeAtLocation(node).flags & ts.TypeFlags.BigIntLike) !== 0;
}

function isMinimum(l: Lowering, node: ts.Expression): node is ts.CallExpression {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
  return node.expression.name.text === "min" && tryEvaluate(l, node.expression.expression)?.kind === "math";
}

/** `Math.min(n, 16)` is at most 16 whatever n is. */
function minimumRange(l: Lowering, node: ts.CallExpression): Range | undefined {
  const known = node.arguments.map((argument) => rangeOfExpression(l, argument));
  if (known.every((range) => range === undefined)) return undefined;
  const ranges = known.map((range) => range ?? safeRange);
  const least = (bounds: readonly bigint[]): bigint => bounds.reduce((a, b) => (a < b ? a : b));
  return { low: least(ranges.map((range) => range.low)), high: least(ranges.map((range) => range.high)) };
}

function boundOf(
  l: Lowering,
  limit: Limit,
  body: ts.Statement,
  update: ts.Expression | undefined,
): LoopBound | undefined {
  const step = counterStep(l, limit, body, update);
  const start = startRange(l, limit) ?? initialRange(l, limit, body.parent);
  if (step === undefined || !start) return undefined;
  const distance = limit.upward ? limit.range.high - start.low : start.high - limit.range.low;
  const end = limit.inclusive ? distance + 1n : distance;
  const rounds = end <= 0n ? 0n : (end + step - 1n) / step;
  const exact = limit.range.low === limit.range.high && start.low === start.high;
  const final = limit.upward ? start.low + rounds * step : start.low - rounds * step;
  if (!staysInType(l, limit, step, exact ? final : undefined)) return undefined;
  if (rounds > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  const isSteady = rounds > 0n && assignmentsTo(l, limit.symbol, body).length === 0;
  const range = insideRange(limit, start);
  const guard = exact ? undefined : guardOf(l, limit, start);
  const isVisible = exact || (guard !== undefined && start.low === start.high && isTestable(guard.limit));
  const counter = isSteady ? { symbol: limit.symbol, range, isVisible } : undefined;
  return {
    rounds: Number(rounds),
    exact,
    counter,
    steady: [limit.symbol],
    guard,
  };
}

/** One instruction compares with it. */
export function isTestable(limit: bigint): boolean {
  return limit === BigInt.asIntN(32, limit);
}

function guardOf(l: Lowering, limit: Limit, start: Range): Guard | undefined {
  const local = findLocal(l, limit.symbol);
  if (local?.kind !== "let" || local.shape.kind !== "int") return undefined;
  const { upward, inclusive, range } = limit;
  const reach = inclusive ? 1n : 0n;
  return {
    counter: local.shape.variable,
    upward,
    limit: upward ? range.high + reach : range.low - reach,
    start: upward || start.low === start.high ? undefined : start.high,
  };
}

/** The counter's values while the condition holds. */
function insideRange(limit: Limit, start: Range): Range {
  const reach = limit.inclusive ? 0n : 1n;
  return limit.upward
    ? { low: start.low, high: limit.range.high - reach }
    : { low: limit.range.low + reach, high: start.high };
}

/** The counter's value before the loop. */
function startRange(l: Lowering, limit: Limit): Range | undefined {
  const local = findLocal(l, limit.symbol);
  if (local?.kind !== "let") return undefined;
  const operand = readLocal(l, local);
  if (operand.kind !== "int") return undefined;
  return operand.loose ? undefined : operand.range;
}

/** What `for (let j = i + 1; …)` gives the counter, where i has a range of its own. */
function initialRange(l: Lowering, limit: Limit, loop: ts.Node): Range | undefined {
  const declaration = limit.symbol.valueDeclaration;
  if (!declaration || !ts.isVariableDeclaration(declaration) || declaration.parent.parent !== loop) return undefined;
  return declaration.initializer && rangeOfExpression(l, declaration.initializer);
}

/**
 * A sized counter that wraps before it is past the limit never ends: `for (let i: u8 = 0; i < 300; i++)`, and
 * `for (let i: u32 = 7; i >= 0; i--)`. `final` is the value after the last round, where it is known.
 */
function staysInType(l: Lowering, limit: Limit, step: bigint, final: bigint | undefined): boolean {
  const declared = declaredType(l.checker, l.checker.getTypeAtLocation(limit.counter));
  if (declared?.kind !== "int") return true;
  const range = rangeOf(declared);
  if (final !== undefined) return final >= range.low && final <= range.high;
  const reach = limit.inclusive ? step : step - 1n;
  return limit.upward ? limit.range.high + reach <= range.high : limit.range.low - reach >= range.low;
}

/** By how much the counter moves towards the limit in every round, if nothing else moves it. */
function counterStep(
  l: Lowering,
  limit: Limit,
  body: ts.Statement,
  update: ts.Expression | undefined,
): bigint | undefined {
  const inUpdate = update ? assignmentsTo(l, limit.symbol, update) : [];
  const inBody = assignmentsTo(l, limit.symbol, body);
  if (inUpdate.length + inBody.length !== 1) return undefined;
  if (update && inUpdate.length === 1) {
    // A part of its own: `c && i++` may leave the counter where it is.
    return commaParts(update)
      .map((part) => stepOf(l, limit, part))
      .find((step) => step !== undefined);
  }
  // In a `while` loop the step is a statement of the body itself, which no `continue` may skip.
  const [only] = inBody;
  if (!only) return undefined;
  const statement = only.parent;
  const isOwn = ts.isExpressionStatement(statement) && (statement === body || statement.parent === body);
  return isOwn && !continuesBefore(body, only.pos) ? stepOf(l, limit, only as ts.Expression) : undefined;
}

/** `i++, j--`: the comma stands between expressions only in the last part of a `for`. */
function commaParts(node: ts.Expression): readonly ts.Expression[] {
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.CommaToken) {
    return [...commaParts(node.left), ...commaParts(node.right)];
  }
  return [node];
}

function stepOf(l: Lowering, limit: Limit, node: ts.Expression): bigint | undefined {
  if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) {
    if (!isCounter(l, limit, node.operand)) return undefined;
    const wanted = limit.upward ? ts.SyntaxKind.PlusPlusToken : ts.SyntaxKind.MinusMinusToken;
    return node.operator === wanted ? 1n : undefined;
  }
  if (!ts.isBinaryExpression(node) || !isCounter(l, limit, node.left)) return undefined;
  const wanted = limit.upward ? ts.SyntaxKind.PlusEqualsToken : ts.SyntaxKind.MinusEqualsToken;
  const amount = node.operatorToken.kind === wanted ? tryEvaluate(l, node.right) : undefined;
  return amount?.kind === "int" && amount.value > 0n ? amount.value : undefined;
}

function isCounter(l: Lowering, limit: Limit, node: ts.Expression): boolean {
  return ts.isIdentifier(node) && symbolOf(l, node) === limit.symbol;
}

/** Every place in `root` that changes the variable. */
function assignmentsTo(l: Lowering, symbol: ts.Symbol, root: ts.Node): ts.Node[] {
  const found: ts.Node[] = [];
  const visit = (node: ts.Node): void => {
    if (changedVariables(node).some((changed) => symbolOf(l, changed) === symbol)) found.push(node);
    ts.forEachChild(node, visit);
  };
  visit(root);
  return found;
}

/** A `continue` of this loop that stands before `position`; one with a label may be of this loop. */
function continuesBefore(body: ts.Node, position: number): boolean {
  const visit = (node: ts.Node, isNested: boolean): boolean => {
    if (ts.isContinueStatement(node) && node.pos < position && (node.label || !isNested)) return true;
    const nested = isNested || ts.isIterationStatement(node, false);
    return ts.forEachChild(node, (child) => visit(child, nested)) ?? false;
  };
  return visit(body, false);
}
