// Random expressions of every type: each operator, width and conversion of the language, within its rules.

import {
  bigTypes,
  expression,
  intervals,
  isNumber,
  smallTypes,
  type Expression,
  type FunctionShape,
  type Interval,
  type MapShape,
  type Scope,
  type StructShape,
} from "./scope.test.support.js";
import { aReading, aRunTimeReading, scalarsOf, spelled } from "./readings.test.support.js";
import { textTest } from "./texts.test.support.js";
import { twiceAsked } from "./twice.test.support.js";
import type { TreeNode, ValueType } from "./tree.test.support.js";

/** An expression of exactly this type, at most `depth` operators deep. */
export function anExpression(scope: Scope, type: ValueType, depth: number): Expression {
  if (type === "bool") return aBool(scope, depth);
  if (type === "u64" || type === "i64") return aBig(scope, type, depth);
  if (type === "number") return aNumber(scope, depth);
  return aSmall(scope, type, depth);
}

// ---- numbers ----------------------------------------------------------------------------------------------------

function aLiteral(scope: Scope, interval: Interval): Expression {
  const { random } = scope;
  for (let attempt = 0; attempt < 4; attempt++) {
    const value = BigInt.asIntN(random.chance(50) ? 32 : 9, random.bits());
    if (value < interval.low || value > interval.high) continue;
    return expression("number", [value < 0n ? `(${value})` : String(value)], { low: value, high: value });
  }
  return expression("number", ["3"], { low: 3n, high: 3n });
}

/** A number whose bounds in JavaScript's sense are known; it may be of any small type. */
export function aNumber(scope: Scope, depth: number): Expression {
  const { random } = scope;
  if (depth <= 0 || random.chance(15)) {
    const reading = random.chance(75) ? aReading(scope, isNumber) : undefined;
    return (
      reading ?? (random.chance(30) ? aLiteral(scope, intervals.number) : aSmall(scope, random.pick(smallTypes), 0))
    );
  }
  const kind = random.below(10);
  if (random.chance(5)) return bothWays(scope);
  if (random.chance(10)) return (random.chance(60) ? aSideEffect(scope, depth) : undefined) ?? aConstant(scope);
  if (kind < 3) return arithmetic(scope, depth);
  if (kind < 5) return bitwise(scope, depth);
  if (kind === 5) return unary(scope, depth);
  if (kind === 6) return conditional(scope, "number", depth);
  if (kind === 7) return library(scope, depth);
  if (kind === 8) return call(scope, depth, isNumber) ?? quotient(scope, depth);
  return aSmall(scope, random.pick(smallTypes), depth);
}

/** The same operation with its operands exchanged: equal for some operators only. */
function bothWays(scope: Scope): Expression {
  const { random } = scope;
  const operator = random.pick(["+", "-", "*", "<<", ">>", "&", "|"]);
  const one = aSmall(scope, random.pick(smallTypes), 0);
  // The product of two values of 32 bits is not exact.
  const two = aSmall(scope, random.pick(operator === "*" ? (["u8", "i8", "u16", "i16"] as const) : smallTypes), 0);
  const parts = ["i32(", one, ` ${operator} `, two, ") ^ i32(", two, ` ${operator} `, one, ")"];
  return expression("number", ["(", ...parts, ")"], intervals.i32);
}

function within(interval: Interval): boolean {
  return interval.low >= intervals.number.low && interval.high <= intervals.number.high;
}

/** Sums, differences and products that stay exact; otherwise cut down to 32 bits first. */
function arithmetic(scope: Scope, depth: number): Expression {
  const { random } = scope;
  let left = aNumber(scope, depth - 1);
  let right = aNumber(scope, depth - 1);
  const operator = random.pick(["+", "-", "*"] as const);
  let interval = combine(operator, left.interval, right.interval);
  if (!within(interval)) {
    left = wrapped(random.pick(["u32", "i32"] as const), left);
    right = wrapped(operator === "*" ? random.pick(["u8", "i16", "u16"] as const) : "i32", right);
    interval = combine(operator, left.interval, right.interval);
  }
  return expression("number", ["(", left, ` ${operator} `, right, ")"], interval);
}

function combine(operator: "+" | "-" | "*", a: Interval, b: Interval): Interval {
  if (operator === "+") return { low: a.low + b.low, high: a.high + b.high };
  if (operator === "-") return { low: a.low - b.high, high: a.high - b.low };
  const products = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high];
  return {
    low: products.reduce((x, y) => (x < y ? x : y)),
    high: products.reduce((x, y) => (x > y ? x : y)),
  };
}

function bitwise(scope: Scope, depth: number): Expression {
  const { random } = scope;
  const left = aNumber(scope, depth - 1);
  const operator = random.pick(["&", "|", "^", "<<", ">>", ">>>"] as const);
  const isShift = operator.length > 1;
  const right =
    isShift && random.chance(70)
      ? expression("number", [String(random.below(32))])
      : isShift
        ? aSmall(scope, "u8", depth - 1)
        : aNumber(scope, depth - 1);
  const interval = operator === ">>>" ? intervals.u32 : intervals.i32;
  return expression("number", ["(", left, ` ${operator} `, right, ")"], interval);
}

function unary(scope: Scope, depth: number): Expression {
  const { random } = scope;
  const value = aNumber(scope, depth - 1);
  if (random.chance(40)) return expression("number", ["(~", value, ")"], intervals.i32);
  return expression("number", ["(-", value, ")"], { low: -value.interval.high, high: -value.interval.low });
}

function library(scope: Scope, depth: number): Expression {
  const { random } = scope;
  const left = aNumber(scope, depth - 1);
  const right = aNumber(scope, depth - 1);
  const name = random.pick(["imul", "min", "max", "trunc"] as const);
  if (name === "trunc") {
    const operator = random.pick(["/", "%"]);
    // A zero divisor gives NaN, which only a conversion turns into an integer.
    const divisor = expression("number", ["(", wrapped("u8", right), " | 1)"]);
    return expression("number", ["Math.trunc(", left, ` ${operator} `, divisor, ")"], widest(left.interval));
  }
  if (name === "imul") return expression("number", ["Math.imul(", left, ", ", right, ")"], intervals.i32);
  const low = [left.interval.low, right.interval.low].toSorted((a, b) => (a < b ? -1 : 1));
  const high = [left.interval.high, right.interval.high].toSorted((a, b) => (a < b ? -1 : 1));
  const at = name === "min" ? 0 : 1;
  return expression("number", [`Math.${name}(`, left, ", ", right, ")"], { low: low[at] ?? 0n, high: high[at] ?? 0n });
}

/** What is no larger than this in size, whatever its sign. */
function widest({ low, high }: Interval): Interval {
  const size = -low > high ? -low : high;
  return { low: -size, high: size };
}

/** An assignment as a value, which is what was assigned, not what is left of it in the field. */
function aSideEffect(scope: Scope, depth: number): Expression | undefined {
  const { random } = scope;
  const scalars = scope.places.filter(({ isConstant }) => !isConstant).flatMap(scalarsOf);
  const small = scalars.filter(({ type }) => isNumber(type));
  if (small.length === 0) return undefined;
  const scalar = random.pick(small);
  const target = spelled(scope, scalar);
  const { low, high } = intervals[scalar.type];
  switch (random.below(4)) {
    case 0:
      return expression("number", ["(", ...target, random.pick(["++", "--"]), ")"], { low, high });
    case 1:
      return expression("number", [`(${random.pick(["++", "--"])}`, ...target, ")"], {
        low: low - 1n,
        high: high + 1n,
      });
    case 2: {
      // A constant that does not fit would be a diagnostic.
      const reading = aRunTimeReading(scope);
      const value = aNumber(scope, depth - 1);
      return reading && expression("number", ["(", ...target, " = ", value, " ^ ", reading, ")"], intervals.i32);
    }
    default: {
      const last = aNumber(scope, depth - 1);
      return expression("number", ["(", ...target, "++, ", last, ")"], last.interval);
    }
  }
}

/** A table's element, or a literal in one of its other spellings. */
function aConstant(scope: Scope): Expression {
  const { random } = scope;
  const index = aReading(scope, (type) => isNumber(type) && type !== "number");
  if (index && scope.tables.length > 0 && random.chance(40)) {
    const table = random.pick(scope.tables);
    return expression("number", [`${table.name}[`, index, ` & ${table.length - 1}]`], table.interval);
  }
  const value = BigInt(random.below(256));
  const spellings = [
    `0x${value.toString(16)}`,
    `(+${value})`,
    `(${value} satisfies number)`,
    `${value}!`,
    "limits.low",
  ];
  const spelling = random.pick(spellings);
  const known = spelling === "limits.low" ? 3n : value;
  return expression("number", [spelling], { low: known, high: known });
}

/** A quotient or a remainder, made an integer at once. */
function quotient(scope: Scope, depth: number): Expression {
  const { random } = scope;
  const left = aNumber(scope, depth - 1);
  const operator = random.pick(["/", "%"] as const);
  const parts = ["(", left, ` ${operator} `, aDivisor(scope, depth), ")"] as const;
  const type = random.pick(smallTypes);
  return expression(type, [type, ...parts]);
}

/** Zero more often than by chance. */
function aDivisor(scope: Scope, depth: number): Expression {
  const { random } = scope;
  if (random.chance(40)) return aNumber(scope, depth - 1);
  const reading = random.chance(50) ? aReading(scope, (type) => isNumber(type) && type !== "number") : undefined;
  return expression("number", reading ? ["(", reading, " & 3)"] : [String(1 + random.below(300))]);
}

function wrapped(type: ValueType, value: Expression): Expression {
  return expression(type, [`${type}(`, value, ")"]);
}

/** A value of a small sized type. */
function aSmall(scope: Scope, type: ValueType, depth: number): Expression {
  const { random } = scope;
  if (depth <= 0 || random.chance(20)) {
    const reading = random.chance(70) ? aReading(scope, (other) => other === type) : undefined;
    if (reading) return reading;
    if (scope.hasContext && random.chance(80)) return expression(type, [`${type}(ctx.args[${random.below(12)}])`]);
    return expression(type, [`${type}(`, aLiteral(scope, intervals[type]), ")"]);
  }
  const kind = random.below(8);
  if (kind === 0) return expression(type, [`${type}(`, aBool(scope, depth - 1), ")"]);
  if (kind <= 2) return expression(type, [`${type}(`, aBig(scope, random.pick(bigTypes), depth - 1), ")"]);
  if (kind === 3) return call(scope, depth, (other) => other === type) ?? wrapped(type, aNumber(scope, depth - 1));
  if (kind === 4) return fromMap(scope, type, depth) ?? wrapped(type, aNumber(scope, depth - 1));
  if (kind === 5 && (type === "u16" || type === "u32")) {
    const names = type === "u16" ? ["bswap16", "htons", "ntohs"] : ["bswap32", "htonl", "ntohl"];
    return expression(type, [`${random.pick(names)}(`, aSmall(scope, type, depth - 1), ")"]);
  }
  return wrapped(type, aNumber(scope, depth - 1));
}

// ---- 64 bits ----------------------------------------------------------------------------------------------------

function bigLiteral(scope: Scope, type: "u64" | "i64"): Expression {
  const bits = scope.random.bits();
  const value = type === "u64" ? BigInt.asUintN(64, bits) : BigInt.asIntN(64, bits);
  return expression(type, [`${type}(${value}n)`]);
}

/** A literal that takes the other side's type, which may not hold it: in 64 bits it is the same then. */
function bareLiteral(scope: Scope, type: "u64" | "i64"): Expression {
  const { random } = scope;
  const ones = random.chance(30) ? (1n << 64n) - (1n << BigInt(random.below(64))) : random.bits();
  return expression(type, [`${type === "u64" ? BigInt.asUintN(64, ones) : BigInt.asIntN(64, ones)}n`]);
}

/** JavaScript's bigints grow where the kernel's wrap, so each operation is wrapped by a conversion. */
function aBig(scope: Scope, type: "u64" | "i64", depth: number): Expression {
  const { random } = scope;
  if (depth <= 0 || random.chance(15)) {
    const reading = random.chance(70) ? aReading(scope, (other) => other === type) : undefined;
    if (reading) return reading;
    if (scope.hasContext && random.chance(80)) return expression(type, [`${type}(ctx.args[${random.below(12)}])`]);
    return bigLiteral(scope, type);
  }
  const operand = (): Expression => aBig(scope, type, depth - 1);
  const operandOrLiteral = (): Expression =>
    scope.hasOddLiterals && random.chance(40) ? bareLiteral(scope, random.pick(bigTypes)) : operand();
  switch (random.below(9)) {
    case 0:
    case 1:
    case 2:
      return expression(type, [`${type}(`, operand(), ` ${random.pick(["+", "-", "*"])} `, operandOrLiteral(), ")"]);
    case 3:
      return expression(type, [`${type}(`, operand(), ` ${random.pick(["&", "|", "^"])} `, operandOrLiteral(), ")"]);
    case 4:
      return shifted(scope, type, operand(), depth);
    case 5: {
      // JavaScript throws for a zero divisor.
      const divisor = expression(type, [`${type}(`, operand(), " | 1n)"]);
      return expression(type, [`${type}(`, operand(), ` ${random.pick(["/", "%"])} `, divisor, ")"]);
    }
    case 6:
      return expression(type, [`${type}(`, random.chance(50) ? "-" : "~", operand(), ")"]);
    case 7:
      return converted(scope, type, depth);
    default:
      return (
        call(scope, depth, (other) => other === type) ?? fromMap(scope, type, depth) ?? conditional(scope, type, depth)
      );
  }
}

function shifted(scope: Scope, type: "u64" | "i64", value: Expression, depth: number): Expression {
  const { random } = scope;
  const operator = random.pick(["<<", ">>"]);
  if (scope.hasOddLiterals && random.chance(25)) return shiftedLiteral(scope, type, depth);
  if (random.chance(70)) return expression(type, [`${type}(`, value, ` ${operator} ${random.below(64)}n)`]);
  // A huge count would ask JavaScript for a huge bigint.
  const count = expression("u64", ["u64(", aBig(scope, "u64", depth - 1), " & 127n)"]);
  return expression(type, [`${type}(`, value, ` ${operator} `, count, ")"]);
}

/** It takes the type of the count. Of those that are not wrapped no bit is lost in 64 bits. */
function shiftedLiteral(scope: Scope, type: "u64" | "i64", depth: number): Expression {
  const { random } = scope;
  const count = ["u64(", aBig(scope, "u64", depth - 1), " & 63n)"];
  if (type === "u64" && random.chance(50)) return expression(type, ["(1n << ", ...count, ")"]);
  const literal = type === "u64" ? 1 + random.below(1000) : -1 - random.below(1000);
  return expression(type, [`${type}(${literal}n ${random.pick(["<<", ">>"])} `, ...count, ")"]);
}

function converted(scope: Scope, type: "u64" | "i64", depth: number): Expression {
  const { random } = scope;
  const kind = random.below(4);
  if (kind === 0) return expression(type, [`${type}(`, aBool(scope, depth - 1), ")"]);
  if (kind === 1) return expression(type, [`${type}(`, aBig(scope, type === "u64" ? "i64" : "u64", depth - 1), ")"]);
  if (kind === 2 && type === "u64") {
    return expression(type, ["bswap64(", aBig(scope, "u64", depth - 1), ")"]);
  }
  return expression(type, [`${type}(`, aNumber(scope, depth - 1), ")"]);
}

// ---- truth ------------------------------------------------------------------------------------------------------

export function aBool(scope: Scope, depth: number): Expression {
  const { random } = scope;
  if (depth <= 0) {
    if (random.chance(4)) return expression("bool", [random.pick(["bool(true)", "bool(false)"])]);
    const reading = random.chance(40) ? aReading(scope, (type) => type === "bool") : undefined;
    return reading ?? comparison(scope, 0);
  }
  const kind = random.below(9);
  if (kind === 0) return expression("bool", ["!", aBool(scope, depth - 1)]);
  if (kind <= 2) {
    const operator = random.pick(["&&", "||"]);
    return expression("bool", ["(", aBool(scope, depth - 1), ` ${operator} `, aBool(scope, depth - 1), ")"]);
  }
  if (kind === 3) {
    const reading = aReading(scope, (type) => type === "bool");
    if (reading) return expression("bool", ["bool(", reading, ")"]);
  }
  if (kind === 4) return expression("bool", ["bool(", aNumber(scope, depth - 1), ")"]);
  if (kind === 5) {
    const test = textTest(scope) ?? mapTest(scope);
    if (test) return test;
  }
  if (kind === 6) {
    const both = twiceAsked(scope, () => aBool(scope, 0));
    if (both) return both;
  }
  return comparison(scope, depth - 1);
}

const comparisons = ["<", "<=", ">", ">=", "===", "!=="] as const;

function comparison(scope: Scope, depth: number): Expression {
  const { random } = scope;
  const operator = random.pick(comparisons);
  if (random.chance(30)) {
    const type = random.pick(bigTypes);
    const isBare = scope.hasOddLiterals && random.chance(30);
    const other = isBare ? bareLiteral(scope, type) : aBig(scope, type, depth);
    return expression("bool", ["(", aBig(scope, type, depth), ` ${operator} `, other, ")"]);
  }
  // Two literals would be compared by TypeScript itself.
  const left = wrapped(random.pick(smallTypes), aNumber(scope, depth));
  const right = random.chance(30) ? aLiteral(scope, left.interval) : aNumber(scope, depth);
  return expression("bool", ["(", left, ` ${operator} `, right, ")"]);
}

// ---- every type -------------------------------------------------------------------------------------------------

function conditional(scope: Scope, type: ValueType, depth: number): Expression {
  const left = anExpression(scope, type, depth - 1);
  const right = anExpression(scope, type, depth - 1);
  const interval = {
    low: left.interval.low < right.interval.low ? left.interval.low : right.interval.low,
    high: left.interval.high > right.interval.high ? left.interval.high : right.interval.high,
  };
  return expression(type, ["(", aBool(scope, depth - 1), " ? ", left, " : ", right, ")"], interval);
}

function call(scope: Scope, depth: number, wanted: (type: ValueType) => boolean): Expression | undefined {
  const fits = callable(scope).filter(({ result }) => typeof result === "string" && wanted(result));
  if (fits.length === 0) return undefined;
  const callee = scope.random.pick(fits);
  const result = typeof callee.result === "string" ? callee.result : "bool";
  return expression(result, aCall(scope, callee, depth));
}

/** The functions that can be called here: there are frames enough, and a struct for those that take one. */
export function callable(scope: Scope): readonly FunctionShape[] {
  const { functions, depth, depthMax } = scope;
  return functions.filter(({ struct, frames }) => depth + frames <= depthMax && (!struct || canBeGiven(scope, struct)));
}

/** A function may write what it is given. */
function canBeGiven(scope: Scope, wanted: StructShape): boolean {
  return scope.places.some(({ struct, isConstant }) => struct === wanted && !isConstant);
}

/** The call's text. There must be a struct for a function that takes one. */
export function aCall(scope: Scope, callee: FunctionShape, depth: number): readonly (string | TreeNode)[] {
  const { random, frames, depth: around } = scope;
  frames.used = Math.max(frames.used, around + callee.frames);
  const args: TreeNode[] = [];
  if (callee.struct) {
    const places = scope.places.filter(({ struct, isConstant }) => struct === callee.struct && !isConstant);
    args.push({ role: "statement", parts: [random.pick(places).name] });
  }
  const given = callee.hasDefault && random.chance(50) ? callee.params.slice(0, -1) : callee.params;
  for (const type of given) args.push(argument(scope, type, depth - 2));
  const parts = args.flatMap((arg, index) => (index === 0 ? [arg] : [", ", arg]));
  return [`${callee.name}(`, ...parts, ")"];
}

/** A sized parameter wraps in the kernel only, so the argument is wrapped before. */
export function argument(scope: Scope, type: ValueType, depth: number): Expression {
  if (type === "bool" || type === "u64" || type === "i64") return anExpression(scope, type, depth);
  return wrapped(type, aNumber(scope, depth));
}

/** The scalar behind a key, or another value where there is none. */
function fromMap(scope: Scope, type: ValueType, depth: number): Expression | undefined {
  const { random } = scope;
  const otherwise = anExpression(scope, type, depth - 1);
  const waiting = scope.waiting.filter(({ value }) => value === type);
  if (waiting.length > 0 && random.chance(30)) {
    const taken = `(${random.pick(waiting).name}.${random.pick(["pop", "peek"])}() ?? `;
    return expression(type, [taken, otherwise, ")"]);
  }
  const fits = scope.maps.filter((map) => !isPerCpu(map) && mapFieldOf(map, type) !== undefined);
  if (fits.length === 0) return undefined;
  const map = random.pick(fits);
  const key = mapKey(scope, map.key);
  return expression(type, [`(${map.name}.get(`, key, `)${mapFieldOf(map, type)} ?? `, otherwise, ")"]);
}

/** Nothing for a map of scalars, a field for one of structs. */
function mapFieldOf({ value }: MapShape, type: ValueType): string | undefined {
  if (typeof value === "string") return value === type ? "" : undefined;
  const field = value.fields.find((each) => each.kind === "scalar" && each.type === type);
  return field && `?.${field.name}`;
}

/** Its values are those of the CPU that a program happens to run on. */
export function isPerCpu({ kind }: MapShape): boolean {
  return kind === "perCpuArray" || kind === "perCpuHash";
}

/** Whether an entry is there, asked in one of several ways. */
function mapTest(scope: Scope): Expression | undefined {
  const { random } = scope;
  const maps = scope.maps.filter((map) => map.kind === "hash" || map.kind === "lru");
  if (maps.length === 0) return undefined;
  const map = random.pick(maps);
  const key = mapKey(scope, map.key);
  const way = random.below(4);
  if (way === 0) return expression("bool", [`${map.name}.has(`, key, ")"]);
  if (way === 1) return expression("bool", [`(${map.name}.get(`, key, ") === undefined)"]);
  if (way === 2) return expression("bool", [`((${map.name}.get(`, key, ") ?? null) !== null)"]);
  return expression("bool", [`${map.name}.delete(`, key, ")"]);
}

/** Few different keys, so that they meet again. */
export function mapKey(scope: Scope, type: ValueType): Expression {
  const value = aReading(scope, (other) => isNumber(other) && other !== "number");
  if (!value || scope.random.chance(40)) return expression(type, [`${type}(${scope.random.below(6)})`]);
  return expression(type, [`${type}(`, value, " & 7)"]);
}
