// Functions that are long enough to be called rather than copied: parameters and results of every kind.
import {
  array, arrayMap, bool, global, hashMap, i16, i32, i64, i8, rawTracepoint,
  type RawTracepointContext, ref, type Ref, struct, u16, u32, u64,
  u8, type Value,
} from "tsbpf";

const Cell = struct({ a: u32, b: i16, flag: bool, wide: u64, list: array(u16, 4) });
const cells = arrayMap(Cell, { maxEntries: 4 });
const counts = hashMap(u32, u64, { maxEntries: 8 });
const total = global(u64);

function bytes(a: u8, b: i8): u8 {
  const sum = a * 3 + b * 5 - 7;
  const mixed = (sum ^ (a << 3)) & 0xfff;
  return u8(sum * 2 + mixed - (b >> 1) + (a >> 2) + (mixed & 3) * 3 + (sum & 9));
}

function signedBytes(a: i8, b: u8): i8 {
  const sum = a * 3 - b * 5 + 7;
  const mixed = (sum ^ (a << 3)) & 0xfff;
  return i8(sum * 2 - mixed - (b >> 1) + (a >> 2) - (mixed & 3) * 3 - (sum & 9));
}

function shorts(a: u16, b: i16): i16 {
  const sum = a * 3 + b * 5 - 7;
  const mixed = (sum ^ (a << 3)) & 0xfffff;
  return i16(sum * 2 + mixed - (b >> 1) + (a >> 2) + (mixed & 3) * 3 + (sum & 9));
}

function unsignedShorts(a: i16, b: u16): u16 {
  const sum = a * 3 - b * 5 + 7;
  const mixed = (sum ^ (a << 3)) & 0xfffff;
  return u16(sum * 2 - mixed - (b >> 1) + (a >> 2) - (mixed & 3) * 3 - (sum & 9));
}

function words(a: u32, b: i32): i32 {
  const sum = a * 3 + b * 5 - 7;
  const mixed = (sum ^ (a << 3)) & 0xffffff;
  return i32(sum * 2 + mixed - (b >> 1) + (a >>> 2) + (mixed & 3) * 3 + (sum & 9));
}

function unsignedWords(a: i32, b: u32): u32 {
  const sum = a * 3 - b * 5 + 7;
  const mixed = (sum ^ (a << 3)) & 0xffffff;
  return u32(sum * 2 - mixed - (b >>> 1) + (a >> 2) - (mixed & 3) * 3 - (sum & 9));
}

function longs(a: u64, b: u64): u64 {
  const sum = u64(a * 3n + b * 5n + 7n);
  const mixed = (sum ^ (a >> 3n)) & 0xffffffffffn;
  return u64(sum * 2n + mixed + (b >> 1n) + (a >> 2n) + (mixed & 3n) + (sum >> 40n));
}

function signedLongs(a: i64, b: i64): i64 {
  const sum = i64(a * 3n - b * 5n + 7n);
  const mixed = (sum ^ (a >> 3n)) & 0xffffffffffn;
  return i64(sum * 2n - mixed + (b >> 1n) - (a >> 2n) + (mixed & 3n) + (sum >> 40n));
}

function plain(a: number, b: number): number {
  const sum = (a & 0xffffff) * 3 - (b & 0xffff) * 5 + 7;
  const mixed = (sum ^ (a << 3)) & 0xfff;
  return sum * 2 + mixed - (b & 0xff) + (a & 0xfff) + (mixed & 3) * 3 - (sum & 9) - 100000;
}

function flags(a: boolean, b: boolean, n: u32): boolean {
  const c = a !== b ? n & 3 : n & 5;
  if (a && c === 1) return !b;
  if (b && c === 4) return a;
  return (n >>> 3) % 3 === c % 3 || (n ^ c) % 7 === 2;
}

function many(a: u8, b: u16, c: u32, d: i64, e: boolean): u32 {
  const first = a * 31 + b * 17 + (c & 0xffff) * 3;
  const second = e ? u32(d >> 3n) & 0xffff : u32(d) & 0xfff;
  return u32(first * 5 + second * 7 + (a ^ b) + (c >>> 9) + (e ? 1 : 2));
}

function nothing(cell: Value<typeof Cell>, by: u32): void {
  if (by % 7 === 0) return;
  cell.a = u32(cell.a + by * 3);
  cell.b = i16(cell.b - by + (cell.a & 15));
  cell.flag = !cell.flag;
  cell.wide = u64(cell.wide + u64(by) * 5n);
  cell.list[by & 3] = u16(cell.a ^ by);
}

function digest(cell: Value<typeof Cell>): u32 {
  let sum = u32(cell.a + cell.b * 3 + (cell.flag ? 1 : 0));
  for (const one of cell.list) sum = u32((sum << 1) ^ one ^ (sum >>> 31));
  const { wide, a } = cell;
  return u32(sum ^ u32(wide) ^ u32(wide >> 32n) ^ (a >>> 3) ^ (cell.b & 0xff));
}

function digestOf(at: number): u32 {
  const cell = cells.get(at & 3);
  return cell ? digest(cell) : 3;
}

function inner(x: u32, y: u32): u32 {
  const a = Math.imul(x, 0x9e3779b1) ^ (y >>> 15);
  const b = Math.imul(a ^ (x >>> 13), 0x85ebca6b);
  return u32(b ^ (b >>> 16) ^ (x << 3) ^ (y << 7) ^ (a & 0xff00) ^ (a >>> 3));
}

function outer(x: u32, y: u32): u32 {
  const first = inner(x, y);
  const second = inner(y, first);
  if (first < second) return u32(inner(second, x) + first);
  return u32(first - second + (x & 7) * 3 + (y & 15) * 5);
}

function addTo(count: Ref<u64>, by: u32): u64 {
  const before = count.value;
  count.value = u64(before + u64(by) * 3n + (before >> 2n));
  count.add(u64(by & 7));
  return u64((count.value ^ before) + (before & 0xffn) + (u64(by) << 4n) + 3n);
}

/** Called so often that even memory of the stack is passed by its address. */
function churn(cell: Value<typeof Cell>, by: u32): u32 {
  const first = Math.imul(cell.a ^ by, 0x9e3779b1) ^ (cell.a >>> 13);
  cell.a = u32(first + cell.list[by & 3] * 3);
  cell.b = i16(cell.b * 3 - (first & 0xff) + by);
  cell.list[cell.a & 3] = u16(first ^ (by << 2));
  cell.wide = u64((cell.wide << 3n) ^ u64(by) ^ (cell.wide >> 5n));
  cell.flag = cell.flag !== (cell.b > 5);
  return u32(cell.a ^ cell.b ^ (cell.flag ? by : 7));
}

function churn4(cell: Value<typeof Cell>, by: u32): u32 {
  return churn(cell, u32(churn(cell, by) + churn(cell, u32(churn(cell, by) ^ 9))));
}

function churn16(cell: Value<typeof Cell>, by: u32): u32 {
  return u32(churn4(cell, by) + churn4(cell, u32(by + 1)) * 3 + churn4(cell, u32(by + 2)) + churn4(cell, 8));
}

function churn64(cell: Value<typeof Cell>, by: u32): u32 {
  return u32(churn16(cell, by) - churn16(cell, u32(by + 1)) + churn16(cell, u32(by * 5)) * 3 + churn16(cell, 0));
}

function spread({ a, list: [first, second] }: Value<typeof Cell>, shift: number): number {
  const base = (a & 0xffff) * 3 + first * 5 + second * 7;
  const low = base & 31;
  return base + (low << (shift & 3)) + (first ^ second) + (a >>> 20) - (low & 5);
}

function index(x: u32): number {
  const mixed = Math.imul(x, 0x9e3779b1) ^ (x >>> 15) ^ (x << 2);
  const other = (mixed >>> 7) ^ (mixed >>> 17) ^ (mixed & 0xff);
  return (other ^ (other >>> 3) ^ (x >>> 1)) & 3;
}

/** What it makes of its parameters stays its own. */
function assigns(x: u32, y: u8): u32 {
  x = u32(x * 3);
  y = u8(y + (x & 7));
  for (let i = 0; i < 4 && y > 3; i++) {
    x = u32(x + (y & 5) * 7);
    y = u8(y >> 1);
  }
  return u32(x ^ (y << 4) ^ (x >>> 9) ^ (y & 1));
}

function fromContext(ctx: RawTracepointContext, at: number): u64 {
  const chosen = at & 1 ? ctx.args[0] : ctx.args[1];
  const other = ctx.args[2] * 3n + ctx.args[3] * 5n;
  return u64((chosen ^ (other >> 1n)) + (chosen >> 7n) + (other & 0xffn) + u64(at & 3));
}

function stored(key: u32, by: u64): u64 {
  const found = counts.get(key & 3);
  const next = u64((found ?? 5n) + by + (by >> 3n));
  if (found === undefined && (by & 1n) === 1n) return u64(next ^ 0x55n);
  counts.set(key & 3, next);
  return counts.get(key & 3) ?? 0n;
}

export const eights = rawTracepoint("sys_enter", (ctx) => {
  const x = u8(ctx.args[0]);
  const y = i8(ctx.args[1]);
  const first = bytes(x, y) + bytes(3, y) * 3 + bytes(x, -5) + bytes(200, 100) + bytes(u8(y), i8(x));
  return first + signedBytes(y, x) + signedBytes(-3, x) * 3 + signedBytes(y, 5) + signedBytes(i8(x), u8(y)) + signedBytes(-128, 255);
});

export const sixteens = rawTracepoint("sys_enter", (ctx) => {
  const x = u16(ctx.args[0]);
  const y = i16(ctx.args[1]);
  const first = shorts(x, y) + shorts(3, y) * 3 + shorts(x, -5) + shorts(40000, 100) + shorts(u16(y), i16(x));
  return first + unsignedShorts(y, x) + unsignedShorts(-3, x) * 3 + unsignedShorts(y, 5) + unsignedShorts(i16(x), u16(y));
});

export const thirtyTwos = rawTracepoint("sys_enter", (ctx) => {
  const x = u32(ctx.args[0]);
  const y = i32(ctx.args[1]);
  const first = words(x, y) + words(3, y) * 3 + words(x, -5) + words(4000000000, 100) + words(u32(y), i32(x));
  const second = unsignedWords(y, x) + unsignedWords(-3, x) * 3 + unsignedWords(y, 5) + unsignedWords(i32(x), u32(y));
  return u32(first - second);
});

export const sixtyFours = rawTracepoint("sys_enter", (ctx) => {
  const [x, y] = ctx.args;
  const first = u64(longs(x, y) ^ longs(y, x) ^ longs(3n, x) ^ longs(y, 0xffffffffffffffffn) ^ longs(x, x));
  const a = i64(x);
  const b = i64(y);
  const second = i64(signedLongs(a, b) ^ signedLongs(b, a) ^ signedLongs(-3n, a) ^ signedLongs(b, -1n) ^ signedLongs(a, a));
  return u32(first >> 32n) ^ u32(first) ^ u32(second >> 32n) ^ u32(second) ^ (second < 0n ? 1 : 0) ^ (first > 5n ? 2 : 0);
});

export const numbers = rawTracepoint("sys_enter", (ctx) => {
  const x = i32(ctx.args[0]);
  const y = u32(ctx.args[1]);
  const a = plain(x, y);
  const b = plain(y, x) + plain(-1, 5) + plain(y & 0xff, -3);
  return (a < 0 ? 1 : 0) + (b < a ? 2 : 0) + (a === b ? 4 : 0) + u32(a + b * 3);
});

export const booleans = rawTracepoint("sys_enter", (ctx) => {
  const x = ctx.args[0] > 7n;
  const y = (ctx.args[1] & 1n) === 1n;
  const n = u32(ctx.args[2]);
  const all = (flags(x, y, n) ? 1 : 0) + (flags(y, x, n) ? 2 : 0) + (flags(!x, y, u32(n + 1)) ? 4 : 0);
  return all + (flags(x && y, x || y, 12) ? 8 : 0) + (!flags(x, x, n) ? 16 : 0);
});

export const fives = rawTracepoint("sys_enter", (ctx) => {
  const [a, b, c, d, e] = ctx.args;
  const first = many(u8(a), u16(b), u32(c), i64(d), e > 3n);
  const second = many(u8(b), u16(c), u32(d), i64(e), a > 3n);
  const third = many(u8(c), 7, u32(e), -9n, first > second);
  return u32(first + second * 3 + third * 5 + many(255, 65535, 4294967295, i64(a), third > 9));
});

export const structs = rawTracepoint("sys_enter", (ctx) => {
  const x = u32(ctx.args[0]);
  const found = cells.get(x & 3);
  if (!found) return 1;
  found.a = x;
  found.b = i16(ctx.args[1]);
  found.flag = ctx.args[2] > 4n;
  found.wide = ctx.args[3];
  found.list[2] = 9;
  nothing(found, x);
  nothing(found, u32(ctx.args[1]));
  const before = digest(found);
  nothing(found, 7);
  nothing(found, u32(ctx.args[2]));
  const other = cells.get(u32(x + 1) & 3);
  if (other) nothing(other, 5);
  if (other && x > 7) other.b = i16(spread(other, x));
  const more = spread(found, x) + spread(found, 5) - spread(found, u8(ctx.args[1])) + spread(found, -1);
  return u32(before * 3 + digest(found) + (other ? digest(other) : 0) + found.a + more);
});

export const onStack = rawTracepoint("sys_enter", (ctx) => {
  const cell = Cell({ a: u32(ctx.args[0]), b: i16(ctx.args[1]), wide: ctx.args[2] });
  cell.list[1] = 9;
  const other = Cell({ a: 5 });
  const sum = u32(churn64(cell, u32(ctx.args[3])) + churn64(other, 1) * 3);
  cell.flag = !cell.flag;
  const last = churn(cell, other.a);
  return u32(sum ^ last ^ cell.a ^ (cell.b << 3) ^ u32(cell.wide) ^ cell.list[1] ^ (cell.flag ? 1 : 0) ^ other.list[3]);
});

export const nested = rawTracepoint("sys_enter", (ctx) => {
  const x = u32(ctx.args[0]);
  let sum = 0;
  for (let i = 0; i < 6; i++) {
    if ((x >>> i) & 1) sum = outer(u32(sum + i), x);
    else sum = inner(sum, u32(ctx.args[1]));
    if (outer(sum, x) % 5 === 3) break;
    if (i > 2 && flags(sum > 9, true, x)) continue;
    sum = u32(sum ^ digestOf(i));
  }
  return u32(sum + outer(x, 3) + inner(x, x));
});

export const references = rawTracepoint("sys_enter", (ctx) => {
  const by = u32(ctx.args[0]);
  const cell = cells.get(3);
  if (!cell) return 0;
  total.value = ctx.args[1];
  cell.wide = ctx.args[2];
  const a = addTo(ref(cell, "wide"), by);
  const b = addTo(ref(cell, "wide"), u32(ctx.args[3]));
  const c = addTo(total, by);
  const d = addTo(total, u32(by ^ 5));
  return u32(a ^ (b << 1n) ^ (c << 2n) ^ (d << 3n) ^ cell.wide ^ total.value);
});

export const indices = rawTracepoint("sys_enter", (ctx) => {
  const x = u32(ctx.args[0]);
  const cell = cells.get(index(x));
  if (!cell) return 0;
  cell.list[index(x)] = 3;
  cell.list[index(u32(ctx.args[1]))] = 7;
  let sum = 0;
  for (let i = 0; i < (index(u32(x + 1)) & 3); i++) sum += cell.list[i & 3] + index(i);
  const ninth = assigns(9, 9) * 5 - assigns(u32(ctx.args[2]), 7);
  return sum + ninth + assigns(x, u8(ctx.args[1])) + assigns(9, u8(x)) * 3 + assigns(x, 200);
});

export const contexts = rawTracepoint("sys_enter", (ctx: RawTracepointContext) => {
  const a = fromContext(ctx, 1);
  const b = fromContext(ctx, u32(ctx.args[2]));
  const c = fromContext(ctx, u32(ctx.args[3]));
  return u32(a ^ (b >> 3n) ^ (c << 5n) ^ fromContext(ctx, 2));
});

export const maps = rawTracepoint("sys_enter", (ctx) => {
  const key = u32(ctx.args[0]);
  counts.delete(1);
  const a = stored(key, ctx.args[1]);
  const b = stored(u32(key + 1), a);
  const c = stored(1, u64(b + 1n));
  return u32(a ^ b ^ (c >> 2n) ^ stored(key, 6n));
});
