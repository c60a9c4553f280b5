// Patterns in const, let, parameters, for … of and assignments, in the order in which JavaScript evaluates them.
import { array, hashMap, i16, rawTracepoint, struct, u16, u32, u64, u8, type Value } from "tsbpf";

const Point = struct({ x: u32, y: i16 });
const Line = struct({ from: Point, to: Point, rows: array(array(u16, 2), 2), tag: u8 });
const lines = hashMap(u32, Line, { maxEntries: 4 });
const limits = { low: 3, high: { soft: 10, hard: 20 } } as const;

export const constants = rawTracepoint("sched_process_exec", (ctx) => {
  const { x, y: z } = Point({ x: u32(ctx.args[0]), y: -3 });
  const [a, , b] = ctx.args;
  const { low, high: { hard } } = limits;
  return u32(u64(x) + u64(low + hard - z) + a * 3n + b * 5n);
});

export const nested = rawTracepoint("sched_process_exec", (ctx) => {
  const line = Line({ from: { x: u32(ctx.args[0]), y: 4 }, tag: 6 });
  const { from: { x, y }, to, rows: [first, [, second]], tag } = line;
  to.x = x;
  first[0] = 5;
  line.from.x = 1;
  line.rows[1][1] = 9;
  return u32(x * 3 + y + line.to.x * 5 + line.rows[0][0] * 7 + second * 11 + tag);
});

export const variables = rawTracepoint("sched_process_exec", (ctx) => {
  let { x, y } = Point({ x: u32(ctx.args[0]), y: i16(ctx.args[1]) });
  let [a, b] = ctx.args;
  x = u32(x + 2);
  y = i16(y - 1);
  a += 5n;
  b = a ^ b;
  return u32(u64(x) * 3n + u64(y) * 5n + a + b);
});

function sum({ x, y }: Value<typeof Point>, [first, second]: Value<typeof Line>["rows"], scale = 2): number {
  x += scale;
  return u32(x + y * scale + first[0] + second[1]);
}

export const parameters = rawTracepoint("sched_process_exec", ({ args: [a, b] }) => {
  const line = Line({ from: { x: u32(a), y: 7 } });
  line.rows[0][0] = u16(b);
  line.rows[1][1] = 3;
  return sum(line.from, line.rows) + sum(line.to, line.rows, 5) * 3 + line.from.x;
});

export const contextParts = rawTracepoint("sched_process_exec", ({ args }) => u32(args[0] + args[2]));

export const swapped = rawTracepoint("sched_process_exec", (ctx) => {
  let a = u32(ctx.args[0]);
  let b = u32(ctx.args[1]);
  let c = 1;
  [a, b] = [b, a];
  [a, b, c] = [c, a, b];
  const line = Line({ from: { x: a, y: 1 }, to: { x: b, y: 2 } });
  [line.from.x, line.to.x] = [line.to.x, line.from.x];
  ({ x: a, y: c } = line.to);
  return u32(a * 3 + b * 5 + c * 7 + line.from.x * 11);
});

export const fibonacci = rawTracepoint("sched_process_exec", (ctx) => {
  let [a, b] = [0, 1];
  for (let i = 0; i < (u8(ctx.args[0]) & 15); i++) [a, b] = [b, u32(a + b)];
  return a;
});

export const order = rawTracepoint("sched_process_exec", (ctx) => {
  const line = Line();
  let i = 0;
  [line.rows[i++][0], line.rows[i++][1], i] = [u16(ctx.args[0]), i, i + 5];
  let x: u32 = 0;
  let y: u32 = 3;
  ({ x, x: line.to.x } = Point({ x: i, y: 4 }));
  ({ x: y = 8 } = line.from);
  [x, [y]] = [y, [x]];
  return u32(line.rows[0][0] * 3 + line.rows[1][1] * 1000 + i * 5 + x * 7 + y * 11 + line.to.x);
});

export const defaults = rawTracepoint("sched_process_exec", (ctx) => {
  let steps = 0;
  lines.set(2, Line({ tag: 4, from: { x: u32(ctx.args[0]), y: 0 } }));
  const found = lines.get(u32(ctx.args[1]) & 3);
  const [a = (steps++, 5), b = (steps++, a + 1)] = [found?.tag, found?.from.x];
  const [c = (steps++, 9)] = [found?.to.y];
  let d: u32;
  [d = 3] = [found?.to.x];
  return u32(a + b * 3 + c * 7 + d * 11 + steps * 1000);
});

export const inLoops = rawTracepoint("sched_process_exec", (ctx) => {
  const line = Line();
  line.rows[1][0] = u16(ctx.args[0]);
  line.rows[0][1] = 7;
  let total = 0;
  for (const [first, second] of line.rows) total += first * 3 + second;
  for (let [first] of line.rows) {
    first ^= 1;
    total += first;
  }
  let last: u16 = 0;
  for ([last] of line.rows) total += last;
  return total + last;
});
