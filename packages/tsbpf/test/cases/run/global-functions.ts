// Functions that the verifier looks at on their own, called from many places.
import { array, arrayMap, globalFunction, i16, i32, i64, i8, rawTracepoint, struct, u16, u32, u64, u8 } from "tsbpf";

export const clamp = globalFunction((value: u32, limit: u32): u32 => (value < limit ? value : limit));
export const small = globalFunction((a: u8, b: i8): i8 => i8(a * 3 - b));
export const middle = globalFunction((a: u16, b: i16): u16 => u16(a * 5 + b));
export const wide = globalFunction((a: u64, b: i64): u64 => u64((a ^ u64(b)) + (a >> 7n)));
export const signed = globalFunction((a: i32, b: i64): i64 => i64(b - (b >> 3n) + i64(a)));
export const isNear = globalFunction((a: u32, b: u32, isWide: boolean): boolean => {
  const distance = a > b ? a - b : b - a;
  return isWide ? distance < 1000 : distance < 10;
});
export const exact = globalFunction((a: number, b: u8): number => (a & 0xffff) - b * 300);
export const five = globalFunction((a: u8, b: u16, c: u32, d: u64, e: boolean): u32 => {
  const sum = a + b * 3 + (c & 0xffff) * 5 + u8(d) * 7;
  return e ? u32(sum * 2) : u32(sum - 9);
});
export const twice = globalFunction((a: u32): u32 => u32(clamp(a, 100) + clamp(u32(a + 5), 50) * 2));

const Table = struct({ cells: array(u32, 8) });
const tables = arrayMap(Table, { maxEntries: 2 });

const place = globalFunction((x: u32): u8 => u8(x & 7));

const count = globalFunction((x: u32, by: u32): boolean => {
  const table = tables.get(0);
  if (!table) return false;
  table.cells[place(x)] = u32(table.cells[place(x)] + by);
  return table.cells[x & 7] > 50;
});

/** A function of the module that calls a global one. */
function both(x: u32, y: u32): u32 {
  return u32(clamp(x, y) * 3 + twice(y));
}

export const integers = rawTracepoint("sys_enter", (ctx) => {
  const [a, b, c, d] = ctx.args;
  const first = clamp(u32(a), u32(b)) ^ clamp(7, u32(c)) ^ u32(small(u8(a), i8(b)) + middle(u16(c), i16(d)) * 3);
  const second = u64(wide(a, i64(b)) ^ u64(signed(i32(c), i64(d))));
  return u32(u64(u32(first)) ^ second ^ (second >> 32n)) ^ (signed(i32(a), i64(b)) < 0n ? 1 : 0) ^ (small(3, i8(c)) < 0 ? 2 : 0);
});

export const booleans = rawTracepoint("sys_enter", (ctx) => {
  const x = u32(ctx.args[0]);
  const y = u32(ctx.args[1]);
  const near = isNear(x, y, ctx.args[2] > 4n);
  return (near ? 1 : 0) + (isNear(x, u32(x + 5), near) ? 2 : 0) + (!isNear(y, 12, !near) ? 4 : 0) + (near !== isNear(1, x, true) ? 8 : 0);
});

export const mixed = rawTracepoint("sys_enter", (ctx) => {
  const x = u32(ctx.args[0]);
  const y = u8(ctx.args[1]);
  const number = exact(x, y) - exact(-1, 3) * 2;
  const sum = five(y, u16(x), x, ctx.args[2], number > 100) + five(1, 2, 3, 4n, false);
  return u32(sum + both(x, u32(y)) + (number < 0 ? 3 : 5) + both(5, x));
});

export const places = rawTracepoint("sys_enter", (ctx) => {
  const x = u32(ctx.args[0]);
  const table = tables.get(0);
  if (!table) return 1;
  for (let i = 0; i < 8; i++) table.cells[i] = i * 3;
  const over = (count(x, u32(ctx.args[1])) ? 1 : 0) + (count(u32(x + 1), 5) ? 2 : 0);
  let sum = 0;
  for (let i = 0; i < 8; i++) sum = u32(sum * 3 + table.cells[place(u32(x + i))]);
  return u32(sum + over + table.cells[place(x)]);
});

const Bits = struct({ counts: array(u8, 16) });
const bits = arrayMap(Bits, { maxEntries: 1 });

/** Of a result the verifier knows nothing: what an index makes of it must be visible by itself. */
export const highBits = rawTracepoint("sys_enter", (ctx) => {
  const table = bits.get(0);
  if (!table) return 0;
  for (let i = 0; i < 16; i++) table.counts[i] = i;
  table.counts[clamp(u32(ctx.args[0]), u32(ctx.args[1])) >>> 28] = 77;
  return table.counts[clamp(u32(ctx.args[2]), 0xf0000000) >>> 28] + table.counts[15];
});
