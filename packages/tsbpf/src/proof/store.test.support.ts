// What makers of statements share: the values that variables and fields take, what a statement adds to the scope.

import { aBool, aNumber, anExpression, argument } from "./expressions.test.support.js";
import { aRunTimeReading } from "./readings.test.support.js";
import { statement, type Expression, type Place, type Scope } from "./scope.test.support.js";
import type { TreeNode, ValueType } from "./tree.test.support.js";

/** What a statement adds to the scope of those after it. */
export interface Step {
  readonly node: TreeNode;
  readonly scope: Scope;
}

/** Statements in braces: `count` of them, nested at most `depth` deep. */
export type BlockMaker = (scope: Scope, count: number, depth: number) => TreeNode;

export type Maker = (scope: Scope, depth: number, block: BlockMaker) => Step | undefined;

export const expressionDepth = 3;

export function withPlace(scope: Scope, place: Place): Scope {
  return { ...scope, places: [...scope.places, place] };
}

/** A value as a sized variable takes it: within its type, as JavaScript does not wrap there. */
export function storedValue(scope: Scope, type: ValueType, depth: number): Expression {
  if (type === "number") return aNumber(scope, depth);
  return argument(scope, type, depth);
}

export function change(scope: Scope, target: readonly (string | TreeNode)[], type: ValueType): TreeNode {
  const { random } = scope;
  if (type === "bool") return statement(...target, " = ", aBool(scope, 2), ";");
  const isBig = type === "u64" || type === "i64";
  if (random.chance(15)) return statement(...target, random.pick(["++", "--"]), ";");
  const value = (depth: number): Expression => (isBig ? anExpression(scope, type, depth) : aNumber(scope, depth));
  if (random.chance(40)) {
    const operator = random.pick(["+=", "-=", "&=", "|=", "^="]);
    return statement(...target, ` ${operator} `, value(2), ";");
  }
  if (random.chance(20)) return statement(...target, ...scaling(scope, type, isBig), ";");
  if (isBig) return statement(...target, " = ", value(expressionDepth), ";");
  // A constant that does not fit would be a diagnostic, so that one side is known only when the program runs.
  const reading = random.chance(50) ? aRunTimeReading(scope) : undefined;
  if (reading) return statement(...target, " = (", value(2), ` ${random.pick(["^", "+", "-"])} `, reading, ");");
  return statement(...target, ` = ${type}(`, value(expressionDepth), ");");
}

/** Products, quotients, remainders and shifts into a field, which takes the integer part of a quotient. */
function scaling(scope: Scope, type: ValueType, isBig: boolean): readonly (string | TreeNode)[] {
  const { random } = scope;
  const operator = random.pick(["*=", "/=", "%=", "<<=", ">>=", ...(isBig ? [] : [">>>="])]);
  if (operator.length > 2) return [` ${operator} ${random.below(isBig ? 64 : 32)}${isBig ? "n" : ""}`];
  if (!isBig) return [` ${operator} `, argument(scope, random.pick(["u8", "i8", "u16", "i16"] as const), 2)];
  if (operator === "*=") return [" *= ", anExpression(scope, type, 2)];
  return [` ${operator} ${type}(`, anExpression(scope, type, 2), " | 1n)"];
}
