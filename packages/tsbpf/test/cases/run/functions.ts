// Module functions, constants, and what other modules export.
import { array, bool, hashMap, i32, i64, rawTracepoint, struct, u16, u32, u64, u8, type FixedArray, type Value } from "tsbpf";
import * as parts from "./module-parts.js";
import { Color, level, Part, twice as double } from "./module-parts.js";

const offset = 5;
const big = 2n ** 64n - 1n;
const Pair = struct({ a: u32, b: u32 });
const settings = { base: 3, inner: { step: offset * 2 }, pair: Pair } as const;

function several(x: number): number {
  if (x < 10) return 1;
  for (let i = 0; i < 4; i++) {
    if (x === 20 + i) return 2 + i;
  }
  if (x > 100) {
    return x > 200 ? 7 : 8;
  }
  return 9;
}

const arrow = (x: number, y: number): number => x * 3 - y;
const block = (x: number): number => {
  const y = x + offset;
  return y * 2;
};

function defaults(x: number, y = x + 1, z: number = y * 2): number {
  return x * 100 + y * 10 + z;
}

function optional(x: number, y?: number): number {
  return y === undefined ? x : x + y * 3;
}

function sign(x: i64): number {
  return x < 0n ? -1 : x > 0n ? 1 : 0;
}

function swap(pair: Value<typeof Pair>): void {
  const a = pair.a;
  pair.a = pair.b;
  pair.b = a;
}

function makePair(a: number, b: number): Value<typeof Pair> {
  const pair = Pair({ a: u32(a) });
  pair.b = u32(b);
  return pair;
}

function pass(pair: Value<typeof Pair>): Value<typeof Pair> {
  if (pair.a > 5) return pair;
  pair.b = 0;
  return pair;
}

function changeParameter(x: number): number {
  x += 10;
  x = x * 2;
  return x;
}

function maybe(x: number): number | undefined {
  if (x > 100) return undefined;
  if (x > 50) return;
  return x;
}

function maybeFlag(x: number): boolean | undefined {
  if (x > 200) return x > 220;
}

function apply(f: (x: number) => number, x: number): number {
  return f(x) + 1;
}

function voidThis(this: void, x: number): number {
  return x + 1;
}

function overloaded(x: number): number;
function overloaded(x: number, y: number): number;
function overloaded(x: number, y = 4): number {
  return x * 10 + y;
}

export const returns = rawTracepoint("sched_process_exec", (ctx) => several(u8(ctx.args[0])));

export const kinds = rawTracepoint("sched_process_exec", (ctx) => {
  const x = u8(ctx.args[0]);
  return arrow(x, 3) + block(x) * 5 + arrow(arrow(x, x), block(1));
});

export const defaultValues = rawTracepoint("sched_process_exec", (ctx) => {
  const x = u8(ctx.args[0]);
  return defaults(x) + defaults(x, 2) * 3 + defaults(x, undefined, x) + optional(x) + optional(x, x) + overloaded(x) + overloaded(x, 1);
});

export const defaultForMissing = rawTracepoint("sched_process_exec", (ctx) => {
  const x = u32(ctx.args[0]);
  return defaults(1, maybe(x)) + optional(2, maybe(x));
});

export const missing = rawTracepoint("sched_process_exec", (ctx) => {
  const x = u32(ctx.args[0]);
  const found = maybe(x);
  const flag = maybeFlag(u8(x));
  const known = found !== undefined ? found + 1 : 1000;
  return known + (maybe(x) ?? 77) * 3 + (flag === undefined ? 1 : flag ? 2 : 4) + (found === 7 ? 5 : 0) + (flag ?? true ? 8 : 0);
});

export const bothMissing = rawTracepoint("sched_process_exec", (ctx) => {
  const a = maybe(u8(ctx.args[0]));
  const b = maybe(u8(ctx.args[1]));
  return (a === b ? 1 : 0) | (a !== b ? 2 : 0) | (a === 0 ? 4 : 0) | (b !== 0 ? 8 : 0) | (a ? 16 : 0) | ((a || 3) === 3 ? 32 : 0);
});

export const signs = rawTracepoint("sched_process_exec", (ctx) => sign(i64(ctx.args[0])) + sign(5n) * 10 + sign(-3n) * 100);

export const structs = rawTracepoint("sched_process_exec", (ctx) => {
  const pair = makePair(u8(ctx.args[0]), 7);
  swap(pair);
  const same = pass(pair);
  same.a += 1;
  const other = makePair(1, 2);
  return u32(pair.a + pair.b * 3 + same.a * 5 + other.a * 7 + other.b * 11);
});

export const parameters = rawTracepoint("sched_process_exec", (ctx) => {
  const x = u8(ctx.args[0]);
  const y = changeParameter(x);
  return x + y * 3 + changeParameter(4) + voidThis(x);
});

export const callbacks = rawTracepoint("sched_process_exec", (ctx) => apply(several, u8(ctx.args[0])) + apply(block, 3));

export const modules = rawTracepoint("sched_process_exec", (ctx) => {
  const part = Part({ id: 3 });
  const a = level(part, u8(ctx.args[0]));
  const b = parts.level(part, 1);
  return a + b * 3 + part.level * 5 + double(a) + parts.twice(2) + parts.limit + parts.Part({ id: 4 }).id;
});

export const constants = rawTracepoint("sched_process_exec", (ctx) => {
  return u32(ctx.args[0] & big) + Color.Red + Color.Green.dark + parts.Color.Green.light + settings.inner.step +
    settings.base + u32(parts.mask) + settings.pair({ a: 9 }).a + parts.sized + parts.bigger + u32(parts.isVerbose);
});

function argumentsInOrder(a: number, b: number, c: number): number {
  return a * 100 + b * 10 + c;
}

export const order = rawTracepoint("sched_process_exec", (ctx) => {
  let x = u8(ctx.args[0]) & 7;
  const y = argumentsInOrder(x++, x, (x = 5));
  const pair = Pair({ b: x, a: (x += 2) });
  return u32(y + x * 3 + pair.a * 5 + pair.b * 7);
});

export const wide = rawTracepoint("sched_process_exec", (ctx) => {
  const choose = ctx.args[0] > 5n ? ctx.args[1] : 9n;
  const either = ctx.args[2] || 3n;
  return u32(u64(choose) ^ either) + u32((ctx.args[0] && ctx.args[1]) >> 3n);
});

const Couple = struct({ a: u32, b: i32 });
const pairs = hashMap(u32, Couple, { maxEntries: 4 });

function pairOf(x: number): Value<typeof Couple> {
  if (x > 100) return Couple({ a: u32(x) });
  if (x > 50) return Couple({ b: 7 });
  return Couple({ a: 1, b: -1 });
}

function pairOrNothing(x: number): Value<typeof Couple> | undefined {
  if (x > 150) return undefined;
  const found = pairs.get(u32(x & 3));
  if (found) return found;
  return x > 20 ? Couple({ a: 3 }) : undefined;
}

export const structResults = rawTracepoint("sched_process_exec", (ctx) => {
  pairs.set(1, Couple({ a: 10, b: -4 }));
  const x = u8(ctx.args[0]);
  let total = 0;
  for (let i = 0; i < 3; i++) {
    const pair = pairOf(x + i * 40);
    pair.b += 2;
    total += pair.a * 3 + pair.b;
  }
  const found = pairOrNothing(x);
  if (found) found.a = u32(found.a + 5);
  const { a, b } = found ?? Couple({ b: 9 });
  const chosen = x & 1 ? pairOf(x) : Couple({ a: 8 });
  chosen.b = chosen.a & 7;
  return u32(total + a * 5 + b * 7 + chosen.a + chosen.b + (pairs.get(1)?.a ?? 0));
});

function largest<T extends number>(a: T, b: T): T {
  return a > b ? a : b;
}

function firstOf<T>(cells: FixedArray<T, 4>, fallback: T, use: boolean): T {
  return use ? cells[0] : fallback;
}

const Cells = struct({ at: array(u32, 4), wide: array(u64, 4) });

export const generic = rawTracepoint("sched_process_exec", (ctx) => {
  const cells = Cells();
  cells.at[0] = u32(ctx.args[0]);
  cells.wide[0] = ctx.args[1];
  const use = ctx.args[2] > 5n;
  const narrow = firstOf(cells.at, u32(3), use);
  const wide = firstOf(cells.wide, u64(5), use);
  return u32(u64(largest(narrow, u32(9))) + wide + u64(largest(u8(ctx.args[3]), 7)));
});

function larger<T extends u8 | u16 | u64 | i64>(a: T, b: T): T {
  return a < b ? b : a;
}

function either<T extends boolean | u64>(a: T, b: T, isFirst: boolean): T {
  return isFirst ? a : b;
}

/** A parameter has the type that the call gives it, not the first one that it might have. */
export const genericUnions = rawTracepoint("sched_process_exec", (ctx) => {
  const wide = u64(larger(ctx.args[0], 1n) ^ u64(larger(i64(ctx.args[0]), i64(ctx.args[1]))));
  const chosen = either(ctx.args[2], ctx.args[1], ctx.args[0] > 5n);
  const flag = either(bool(ctx.args[1] & 1n), true, ctx.args[2] > 5n);
  return u32(wide ^ (wide >> 32n) ^ (chosen >> 7n)) + larger(u16(ctx.args[0]), u16(ctx.args[1])) + (flag ? 1 : 0);
});
