// Labels, do … while, for … of, range, the comma and the logical assignments.
import { array, bytes, chars, hashMap, range, rawTracepoint, struct, u16, u32, u64, u8 } from "tsbpf";

const Point = struct({ x: u32, y: u32 });
const Grid = struct({
  rows: array(array(u16, 4), 3), points: array(Point, 4), wide: array(u64, 3), name: chars(8), raw: bytes(5),
});
const counts = hashMap(u32, u32, { maxEntries: 4 });

export const outerLoops = rawTracepoint("sched_process_exec", (ctx) => {
  const limit = u8(ctx.args[0]) % 9;
  let total = 0;
  outer: for (let i = 0; i < 6; i++) {
    for (let j = 0; j < 6; j++) {
      if (j === limit) continue outer;
      if (i + j > 8) break outer;
      total += i * 10 + j;
    }
    total += 1000;
  }
  return total;
});

export const labelledBlocks = rawTracepoint("sched_process_exec", (ctx) => {
  const x = u8(ctx.args[0]);
  let total = 0;
  first: {
    total += 1;
    if (x > 100) break first;
    second: {
      if (x > 50) break second;
      if (x > 20) break first;
      total += 10;
    }
    total += 100;
  }
  again: also: for (let i = 0; i < 5; i++) {
    inner: if (i & 1) {
      if (x & 1) continue again;
      if (x & 2) break inner;
      total += 1000;
    }
    if (i === 3 && x > 7) break also;
    total += 10000;
  }
  chosen: switch (x) {
    case 1:
      for (let i = 0; i < 3; i++) if (i === 2) break chosen;
      total += 5;
    default:
      total += 7;
  }
  return total;
});

export const doWhile = rawTracepoint("sched_process_exec", (ctx) => {
  let n = u8(ctx.args[0]);
  let total = 0;
  let i = 0;
  do {
    total += n & 1;
    n = n >> 1;
    i++;
  } while (i < 8 && n > 0);
  let once = 20;
  do {
    total += 100;
    once++;
  } while (once < 10);
  let left: u8 = u8(ctx.args[1]) & 15;
  do {
    left--;
    if (left === 3) continue;
    total += 1000;
  } while (left > 0 && total < 0);
  let j = 0;
  do {
    j++;
    if (j === 2) continue;
    if (j > n + 4) break;
    total += 10000;
  } while (j < 6);
  return total * 10 + i;
});

export const arrays = rawTracepoint("sched_process_exec", (ctx) => {
  const grid = Grid({ name: "hello" });
  let at = 0;
  for (const row of grid.rows) {
    for (let i = 0; i < row.length; i++) row[i] = u16(ctx.args[0]) + at++;
  }
  let total = 0;
  for (const row of grid.rows) for (const cell of row) total = u32(total * 3 + cell);
  for (let byte of grid.name) {
    byte ^= 0x20;
    total += byte;
  }
  for (const point of grid.points) {
    point.x = u32(ctx.args[1]);
    point.y = total & 0xff;
  }
  for (const { x, y } of grid.points) total = u32(total + x * 2 + y);
  for (const value of grid.wide) total = u32(u64(total) + value + 1n);
  let last: u8 = 9;
  for (last of grid.raw) total += last;
  return u32(total + last);
});

export const elementsAreReadInTime = rawTracepoint("sched_process_exec", (ctx) => {
  const grid = Grid();
  grid.wide[0] = ctx.args[0];
  let sum: u64 = 0n;
  for (const value of grid.wide) {
    grid.wide[1] = value + 1n;
    grid.wide[2] = 5n;
    sum = sum * 3n + value;
  }
  return u32(sum);
});

export const ranges = rawTracepoint("sched_process_exec", (ctx) => {
  const n = u8(ctx.args[0]);
  const grid = Grid();
  let total = 0;
  for (const i of range(10)) total += i * n;
  for (const i of range(3, 9)) total += i;
  for (const i of range(0, 30, 7)) total += i * 2;
  for (const i of range(20, -1, -3)) total += i * 3;
  for (const i of range(5, 5)) total += i + 1000000;
  for (const i of range(-4, 4)) total += i & 3;
  for (const i of range(n)) total += i;
  for (const i of range(n, 300, 5)) total += i;
  for (const i of range(Math.min(u32(ctx.args[1]), 20))) {
    if (i === 13) break;
    if (i & 1) continue;
    total += i;
  }
  for (const i of range(grid.points.length)) grid.points[i].x = i * n;
  for (const i of range(n % 10)) total += i;
  for (const i of range(n % 10, -1, -2)) total += i;
  for (const i of range(10, (n % 10) - 1, -2)) total += i;
  for (let i of range(4)) {
    i *= 2;
    total += i + grid.points[3].x;
  }
  return u32(total);
});

export const rangeIsEvaluatedOnce = rawTracepoint("sched_process_exec", (ctx) => {
  let n: u8 = u8(ctx.args[0]) % 10;
  let total = 0;
  for (const i of range(n)) {
    n = 0;
    total += i + 1;
  }
  let i = 0;
  for (i of range(2, 7)) if (i === 4) break;
  return total * 10 + i;
});

export const comma = rawTracepoint("sched_process_exec", (ctx) => {
  let x: u32 = u8(ctx.args[0]) | 0;
  const y = (x++, x * 2);
  let i = 0;
  let j = 10;
  for (i = 0, j = 10; i < 5; i++, j--) x += j;
  return (x += 1, y + x) + i + j;
});

export const logical = rawTracepoint("sched_process_exec", (ctx) => {
  let steps = 0;
  const step = (steps++, 5);
  let a = u8(ctx.args[0]) & 3;
  let b = u32(ctx.args[1]);
  a ||= (steps++, 7);
  b &&= (steps++, u32(b + 1));
  const point = Point({ x: b });
  point.x &&= 9;
  point.y ||= (point.x ||= 3) + step;
  let maybe = counts.get(u32(ctx.args[2]) | 0x100);
  maybe ??= (steps++, 11);
  let flag = ctx.args[0] > 5n;
  flag ||= ctx.args[1] > 5n;
  flag &&= ctx.args[2] > 5n;
  return u32(a + b + point.x * 3 + point.y * 5 + maybe + (flag ? 1000 : 0) + steps * 10000);
});

export const countedPastCheck = rawTracepoint("sched_process_exec", (ctx) => {
  const first = ctx.args[0];
  let steps = 0;
  let rounds = 0;
  do {
    steps += 2;
    if (first === 0n) return 77;
    rounds++;
  } while (steps < 50 && ctx.args[1] > 5n);
  return steps * 100 + rounds;
});
