// Structs and arrays: copied where they are stored, the same memory where a variable names them.
import { array, bool, bytes, chars, hashMap, i16, rawTracepoint, struct, u16, u32, u64, u8, type Value } from "tsbpf";

const Point = struct({ x: u32, y: i16 });
const Line = struct({ tag: u8, from: Point, to: Point, name: chars(8), raw: bytes(5), closed: bool });
const Grid = struct({ rows: array(array(u16, 4), 3), points: array(Point, 4), flags: array(bool, 3) });
const grids = hashMap(u32, Grid, { maxEntries: 2 });

export const nested = rawTracepoint("sched_process_exec", (ctx) => {
  const line = Line({ tag: 3, from: { x: 7, y: -5 }, closed: ctx.args[0] > 9n });
  line.to.x = u32(ctx.args[1]);
  line.to.y -= 3;
  line.from.x += line.to.x;
  return u32(line.tag + line.from.x + line.from.y + line.to.x + line.to.y) + u32(line.closed);
});

export const storedIsCopied = rawTracepoint("sched_process_exec", (ctx) => {
  const point = Point({ x: u32(ctx.args[0]), y: 2 });
  const line = Line({ from: point });
  line.to = point;
  point.x = 5;
  line.to.y = 9;
  return u32(point.x + point.y * 3 + line.from.x * 5 + line.from.y * 7 + line.to.x * 11 + line.to.y * 13);
});

export const namedIsShared = rawTracepoint("sched_process_exec", (ctx) => {
  const line = Line();
  const from = line.from;
  const again = from;
  from.x = u32(ctx.args[0]);
  again.y = 4;
  line.from = Point({ x: 3, y: 1 });
  return u32(from.x * 3 + line.from.y * 5 + again.x);
});

export const selfCopy = rawTracepoint("sched_process_exec", (ctx) => {
  const line = Line({ from: { x: u32(ctx.args[0]), y: 1 }, to: { x: 2, y: 3 } });
  line.from = line.from;
  const swap = Point();
  swap.x = line.from.x;
  line.from = line.to;
  line.to.x = swap.x;
  const grid = Grid();
  grid.points[1] = line.to;
  grid.points[1] = grid.points[1];
  grid.points[0] = grid.points[1];
  return u32(line.from.x + line.from.y * 3 + line.to.x * 5 + grid.points[0].x * 7);
});

const Mirrored = struct({ y: i16, x: u32 });

export const otherLayout = rawTracepoint("sched_process_exec", (ctx) => {
  // The same fields in another order: TypeScript takes one for the other, so that the fields are copied by name.
  const mirrored = Mirrored({ x: u32(ctx.args[0]), y: -7 });
  const line = Line({ from: mirrored });
  line.to = mirrored;
  return u32(line.from.x * 3 + line.from.y * 5 + line.to.x + line.to.y);
});

export const elements = rawTracepoint("sched_process_exec", (ctx) => {
  const grid = Grid();
  const at = u32(ctx.args[0]);
  grid.rows[0][1] = 5;
  grid.rows[2][at & 3] = u16(ctx.args[1]);
  grid.rows[1][at] = 77;
  grid.flags[at] = true;
  const row = grid.rows[2];
  row[0] += 2;
  return row[0] + row[1] * 3 + row[at] * 5 + grid.rows[1][at] * 7 + u32(grid.flags[1]) * 1000 + u32(grid.flags[at]) * 2000;
});

export const outside = rawTracepoint("sched_process_exec", (ctx) => {
  const grid = Grid();
  const i = i16(ctx.args[0]);
  grid.rows[0][i] = 9;
  grid.rows[0][i - 1] += 1;
  grid.rows[0][i + 2]++;
  const n = u64(grid.rows[0][i]) + u64(grid.rows[0][0]) * 10n + u64(grid.rows[0][3]) * 100n;
  return u32(n) + grid.rows[1][0] * 1000 + (grid.flags[i] ? 1 : 0);
});

function put(cells: Value<typeof Grid>, index: number, value: number): number {
  // With a constant argument the index is known to be outside, on a path that is never taken with it.
  if (index < 4) cells.rows[1][index] = value;
  return cells.rows[1][index];
}

export const guardedConstant = rawTracepoint("sched_process_exec", (ctx) => {
  const grid = Grid();
  return put(grid, 2, u8(ctx.args[0])) + put(grid, 9, 5) * 3 + put(grid, u8(ctx.args[1]), 4) * 5;
});

export const structsInArrays = rawTracepoint("sched_process_exec", (ctx) => {
  const grid = Grid();
  for (let i = 0; i < grid.points.length; i++) {
    grid.points[i].x = i * 10;
    grid.points[i].y = i16(i & 1 ? ctx.args[0] : ctx.args[1]);
  }
  const at = u32(ctx.args[0]) & 3;
  const point = grid.points[at];
  point.x += 3;
  let sum = 0;
  for (let i = 3; i >= 0; i--) sum += grid.points[i].x + grid.points[i].y;
  return u32(sum * 3 + point.x + point.y);
});

export const text = rawTracepoint("sched_process_exec", (ctx) => {
  const line = Line({ name: "abcdefg" });
  const at = u32(ctx.args[0]) % 10;
  line.raw[at] = line.name[at];
  line.name[1] = u8(ctx.args[1]);
  let sum = 0;
  for (let i = 0; i < 8; i++) sum = sum * 2 + line.name[i];
  for (let i = 0; i < 5; i++) sum = sum + line.raw[i];
  return sum + line.name.length + line.raw.length;
});

export const copyOfText = rawTracepoint("sched_process_exec", (ctx) => {
  const a = Line({ name: "one", tag: 1 });
  const b = Line({ name: "two2" });
  if (ctx.args[0] > 5n) b.name = a.name;
  a.name[0] = 0;
  b.raw[0] = 255;
  a.raw = b.raw;
  return b.name[0] + b.name[3] + a.raw[0] * 3 + a.name[1];
});

export const flags = rawTracepoint("sched_process_exec", (ctx) => {
  const grid = Grid();
  grid.flags[0] = ctx.args[0] === 1n;
  grid.flags[1] = !grid.flags[0];
  grid.flags[2] = grid.flags[0] || grid.flags[1];
  const line = Line({ closed: true });
  line.closed = line.closed && grid.flags[0];
  return (grid.flags[0] ? 1 : 0) | (grid.flags[1] ? 2 : 0) | (grid.flags[2] ? 4 : 0) | (line.closed ? 8 : 0);
});

export const freshInLoop = rawTracepoint("sched_process_exec", (ctx) => {
  let sum = 0;
  for (let i = 0; i < 4; i++) {
    const point = Point({ y: i });
    if (i === 1) point.x = u32(u8(ctx.args[0]));
    sum += point.x * 3 + point.y;
  }
  return sum;
});

export const letMemory = rawTracepoint("sched_process_exec", (ctx) => {
  let point = Point({ x: 4 });
  point.x += u8(ctx.args[0]);
  return point.x;
});

export const structsAnywhere = rawTracepoint("sched_process_exec", (ctx) => {
  // A struct at an index outside is one of its own: zeros, and what is written there is lost.
  const grid = Grid();
  const at = i16(ctx.args[0]);
  grid.points[at].x = 5;
  grid.points[at].y = i16(ctx.args[1]);
  const point = grid.points[at];
  point.x += 7;
  const row = grid.rows[at];
  row[1] = 3;
  row[u8(ctx.args[2])] += 4;
  grid.rows[1][2] += grid.rows[at][at];
  grid.points[at - 1] = point;
  let sum = u32(point.x * 3 + row[1] + grid.points[at + 1].x);
  for (const { x, y } of grid.points) sum = u32(sum * 5 + x + y);
  for (const cells of grid.rows) for (const cell of cells) sum = u32(sum * 3 + cell);
  return sum;
});

export const structsInMaps = rawTracepoint("sched_process_exec", (ctx) => {
  grids.set(0, Grid());
  const grid = grids.get(u32(ctx.args[0]) & 1);
  if (!grid) return 1;
  const at = u8(ctx.args[1]);
  grid.points[at].x += 9;
  const found = grid.points[at];
  found.y = 4;
  const copy = Line({ from: found, to: grid.points[2] });
  return copy.from.x + copy.from.y + copy.to.x * 3 + copy.to.y * 5;
});

export const scaledTwice = rawTracepoint("sched_process_exec", (ctx) => {
  // The check of the scaled index must hold for what the address is made of.
  const grid = Grid();
  const at = u32(ctx.args[0]);
  grid.rows[0][at] = 1;
  return grid.rows[0][at * 2] + grid.rows[0][1];
});
