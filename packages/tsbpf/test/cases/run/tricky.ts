// Where compilers go wrong: the order of evaluation, names for one memory, values from before a change, dead branches.
import { array, bool, chars, global, i16, i32, i64, i8, rawTracepoint, struct, u16, u32, u64, u8, type Value } from "tsbpf";

const Box = struct({ a: u32, b: i32, flag: bool, cells: array(u8, 8), wide: u64 });
const Outer = struct({ left: Box, right: Box, list: array(Box, 2) });

export const indexFirst = rawTracepoint("sched_process_exec", (ctx) => {
  const box = Box();
  let i = u8(ctx.args[0]) & 3;
  box.cells[i++] = i;
  box.cells[i] = i = 6;
  box.cells[i--] += i + 1;
  box.cells[++i]++;
  box.cells[(i = 2)] -= i;
  let sum = 0;
  for (let j = 0; j < 8; j++) sum = sum * 3 + box.cells[j];
  return u32(sum * 10 + i);
});

export const targetFirst = rawTracepoint("sched_process_exec", (ctx) => {
  const outer = Outer();
  let which = u8(ctx.args[0]) & 1;
  outer.list[which].a = (which = 1 - which) + 5;
  outer.list[which].a += (which = 0) + 7;
  return outer.list[0].a * 100 + outer.list[1].a;
});

function addTo(x: Value<typeof Box>, y: Value<typeof Box>): number {
  x.a = 5;
  const before = y.a;
  y.a += 2;
  return before * 10 + x.a;
}

export const aliases = rawTracepoint("sched_process_exec", (ctx) => {
  const outer = Outer({ left: Box({ a: u32(ctx.args[0]) & 15 }) });
  const same = addTo(outer.left, outer.left);
  const other = addTo(outer.left, outer.right);
  const alias = outer.left;
  const copy = Box();
  copy.a = alias.a;
  outer.left = outer.right;
  return same * 10000 + other * 100 + alias.a + copy.a;
});

export const beforeChange = rawTracepoint("sched_process_exec", (ctx) => {
  let x = u8(ctx.args[0]);
  const y = x;
  const z = x + 1;
  x = 7;
  const box = Box({ a: u32(y) });
  const kept = box.a;
  box.a = 100;
  const flag = box.flag;
  box.flag = true;
  return y + z * 3 + x + kept * 5 + (flag ? 1 : 0) + box.a;
});

export const conditionsWithEffects = rawTracepoint("sched_process_exec", (ctx) => {
  let n = u8(ctx.args[0]) & 7;
  let hits = 0;
  if (n++ > 3 && ++n > 5) hits += 1;
  if (n-- > 3 || (n += 4) > 6) hits += 10;
  const a = n > 5 ? n++ : --n;
  const b = (n & 1 ? n : (n = 20)) + n;
  const c = hits ? (hits += 3) : (hits = 50);
  return n * 1000 + hits * 10 + a + b + c;
});

function firstOver(box: Value<typeof Box>, limit: number): number {
  for (let i = 0; i < 8; i++) {
    for (let j = 0; j <= i; j++) {
      if (box.cells[j] * (j + 1) > limit) return i * 10 + j;
    }
  }
  return -1;
}

export const returnFromNested = rawTracepoint("sched_process_exec", (ctx) => {
  const box = Box();
  for (let i = 0; i < 8; i++) box.cells[i] = u8(ctx.args[0] >> u64(i * 3));
  const first = firstOver(box, 400);
  return first + firstOver(box, 50) * 100 + (firstOver(box, 2000) < 0 ? 1 : 2);
});

export const booleans = rawTracepoint("sched_process_exec", (ctx) => {
  const a = ctx.args[0] > 5n;
  const b = bool(ctx.args[1] & 1n);
  const box = Box({ flag: a === b });
  box.flag = box.flag !== a;
  const c = a === true && b !== false;
  const d = !(a === b) || !!c;
  return u32(box.flag) + u32(c) * 2 + u32(d) * 4 + (box.flag === d ? 8 : 0) + u32(a !== (b || c)) * 16;
});

export const maskedIndices = rawTracepoint("sched_process_exec", (ctx) => {
  const box = Box();
  const i = u32(ctx.args[0] & 7n);
  const j = u8(ctx.args[1]) % 3;
  const k = Math.min(u32(ctx.args[2]), 7);
  const l = Math.max(i32(ctx.args[3]), 0) & 7;
  const m = u32(ctx.args[4]) >>> 29;
  box.cells[i] = 1;
  box.cells[j] += 2;
  box.cells[k] += 4;
  box.cells[l] += 8;
  box.cells[m] += 16;
  box.cells[i + 1] += 32;
  box.cells[7 - i] += 64;
  box.cells[i - j] += 128;
  let sum = 0;
  for (let n = 0; n < 8; n++) sum = sum * 5 + box.cells[n];
  return u32(sum);
});

export const signedIndices = rawTracepoint("sched_process_exec", (ctx) => {
  const box = Box();
  const a = i8(ctx.args[0]);
  const b = i16(ctx.args[1]);
  box.cells[a] = 1;
  box.cells[b - a] += 2;
  box.cells[-a] += 4;
  box.cells[a * b] += 8;
  box.cells[Math.trunc(b / 2)] += 16;
  box.cells[b >> 3] += 32;
  box.cells[a & b] += 64;
  let sum = 0;
  for (let n = 0; n < 8; n++) sum = sum * 3 + box.cells[n];
  return u32(sum);
});

export const wideIndices = rawTracepoint("sched_process_exec", (ctx) => {
  const box = Box();
  const a = u32(ctx.args[0]);
  // 2^32 and more is outside, not 0 again.
  box.cells[a + 4294967296] = 9;
  box.cells[a * 65536] = 5;
  let n: number = a;
  for (let i = 0; i < 3; i++) n = n * 2 + 1;
  box.cells[n] += 7;
  box.cells[a - 4294967295] += 3;
  let sum = 0;
  for (let i = 0; i < 8; i++) sum = sum * 3 + box.cells[i];
  return u32(sum);
});

function constantBranch(kind: number, x: number): number {
  // Inlined with a constant, one side is dead; nothing in it may be a mistake of the caller.
  if (kind === 0) return x;
  if (kind > 200) return u8(x) + 300;
  const box = Box();
  box.cells[kind] = 5;
  return u32(10 % kind) + box.cells[kind];
}

export const constantArguments = rawTracepoint("sched_process_exec", (ctx) => {
  const x = u8(ctx.args[0]);
  return constantBranch(0, x) + constantBranch(3, x) * 3 + constantBranch(255, x) * 5 + constantBranch(9, x) * 7 + constantBranch(1, 300);
});

export const sharedText = rawTracepoint("sched_process_exec", (ctx) => {
  const Named = struct2;
  const a = Named({ name: "hello" });
  const b = Named({ name: "hello" });
  let same = true;
  b.name[u32(ctx.args[0]) & 15] = 104;
  for (let i = 0; i < 16 && same; i++) same = a.name[i] === b.name[i];
  return same ? 1 : 0;
});
const struct2 = struct({ name: chars(16) });

export const longChains = rawTracepoint("sched_process_exec", (ctx) => {
  const a = u8(ctx.args[0]);
  const b = u8(ctx.args[1]);
  const c = u8(ctx.args[2]);
  const d = (a < b && b < c) || (a > b && b > c) ? (a === c ? 1 : a > 100 || (b > 100 && c < 50) ? 2 : 3) : !(a && b && c) ? 4 : 5;
  const e = a > 10 ? (b > 10 ? (c > 10 ? 1 : 2) : c > 20 ? 3 : 4) : 5;
  return d * 10 + e;
});

export const wrapOnStore = rawTracepoint("sched_process_exec", (ctx) => {
  const box = Box({ a: 4294967295, b: 2147483647 });
  box.a += u8(ctx.args[0]);
  box.b += u8(ctx.args[0]);
  box.wide = 18446744073709551615n;
  box.wide += u64(u8(ctx.args[0]));
  box.wide -= u64(box.wide > 5n ? 1n : 0n);
  const old = box.b--;
  return u32(box.a ^ u32(box.b) ^ u32(box.wide) ^ u32(old));
});

export const hash = rawTracepoint("sched_process_exec", (ctx) => {
  // Jenkins' one-at-a-time, in 32 bits.
  let h = 0;
  for (let i = 0; i < 8; i++) {
    h = (h + u8(ctx.args[0] >> u64(i * 8))) | 0;
    h = (h + (h << 10)) | 0;
    h ^= h >>> 6;
  }
  h = (h + (h << 3)) | 0;
  h ^= h >>> 11;
  return (h + (h << 15)) >>> 0;
});

export const mix64 = rawTracepoint("sched_process_exec", (ctx) => {
  let z: u64 = u64(ctx.args[0] + 0x9e3779b97f4a7c15n);
  z = u64((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
  z = u64((z ^ (z >> 27n)) * 0x94d049bb133111ebn);
  const s = i64(z);
  return u32(z ^ (z >> 31n)) ^ (s < 0n ? 1 : 0) ^ u16(z % 1000n);
});

const shared = global(struct({ low: i8, cells: array(u8, 2) }));

// An index whose sign and value a shift has removed: the verifier sees that only where the compiler says it.
export const noBitsLeft = rawTracepoint("sched_process_exec", (ctx) => {
  shared.value.low = i8(ctx.args[0]);
  const at = i8(shared.value.low << 21);
  const wide = i16((u32(ctx.args[1]) & 3) << 16);
  let sum = 0;
  let n = 0;
  do {
    n++;
    sum += --shared.value.cells[at];
    shared.value.cells[wide + 1] += n;
  } while (n < 5);
  return u32(sum * 3 + at + wide + shared.value.cells[1]);
});

const table = global(struct({ cells: array(u8, 4) }));

// An index that a shift has brought down from a quotient: of a division the verifier knows nothing, also not its width.
export const quotientDown = rawTracepoint("sched_process_exec", (ctx) => {
  const y = (u32(ctx.args[1]) & 255) | 1;
  const shift = u8(ctx.args[0]);
  let sum = 0;
  let n = 0;
  do {
    n++;
    const at = i16(u32(3 / y) >>> 30);
    const rest = i16(u32(0xffffffff % y) >>> 30);
    const low = i16(u32(Math.imul(y, 0x1000001) >>> shift) >>> 30);
    sum = u32(sum * 7 + table.value.cells[at] + table.value.cells[rest] * 3 + table.value.cells[low] * 5);
    table.value.cells[low] += 1;
  } while (n < 2);
  return sum;
});

const wide = global(i64, 47n);

// Both sides read through one register, but from the context and from a map: not by one instruction.
export const twoSources = rawTracepoint("sched_process_exec", (ctx) => {
  wide.value = i16(i8(ctx.args[8])) < 1 ? wide.value : i64(ctx.args[0]);
  return u32(wide.value & 0xffffn);
});
