// What changes memory in one step: in maps, in global variables, on the stack.
// cpu: v3 v4
import { arrayMap, bool, global, hashMap, i32, i64, perCpuArray, rawTracepoint, ref, struct, u32, u64, u8 } from "tsbpf";

const Pair = struct({ a: u32, b: i32, c: u64, d: i64, flag: bool, small: u8 });

const counts = hashMap(u32, u64, { maxEntries: 8 });
const signed = arrayMap(i32, { maxEntries: 4 });
const pairs = perCpuArray(Pair, { maxEntries: 2 });
const total = global(i64, 5n);
const mask = global(u32, 0xff00ff00);
const pair = global(Pair);

export const inMaps = rawTracepoint("sched_process_exec", (ctx) => {
  const key = u32(ctx.args[0]) & 3;
  counts.set(key, ctx.args[1]);
  const count = counts.ref(key);
  if (!count) return 1;
  const before = count.fetchAdd(ctx.args[2]);
  const then = count.fetchXor(0xf0f0n);
  count.and(0xffffffffffn);
  count.or(ctx.args[3]);
  count.xor(1n);
  count.add(2n);
  return u32(before) ^ u32(then >> 3n) ^ u32(count.value) ^ u32(count.value >> 32n);
});

export const narrow = rawTracepoint("sched_process_exec", (ctx) => {
  const cell = signed.ref(u32(ctx.args[0]) & 3);
  if (!cell) return 1;
  const a = cell.fetchAdd(i32(ctx.args[1]));
  const b = cell.fetchAnd(i32(ctx.args[2]));
  const c = cell.fetchOr(i32(ctx.args[3]));
  const d = cell.exchange(i32(ctx.args[4]));
  return (a < 0 ? 1 : 0) + (b < 0 ? 2 : 0) + (c < 0 ? 4 : 0) + (d < 0 ? 8 : 0) + ((a ^ b ^ c ^ d) & 0xfffff) * 16;
});

export const compared = rawTracepoint("sched_process_exec", (ctx) => {
  const expected = i64(ctx.args[0] & 1n);
  const before = total.compareExchange(expected, i64(ctx.args[1]) & 1n);
  const wide = mask.compareExchange(u32(ctx.args[2]), u32(ctx.args[3]));
  const swapped = wide === u32(ctx.args[2]);
  return u32(before) + (before === expected ? 100 : 0) + (swapped ? 1000 : 0) + u32(mask.value);
});

export const globals = rawTracepoint("sched_process_exec", (ctx) => {
  mask.or(u32(ctx.args[0]));
  mask.and(~u32(ctx.args[1]));
  mask.xor(7);
  total.add(-1n);
  const c = ref(pair.value, "c");
  const old = c.exchange(ctx.args[2]);
  const b = ref(pair.value, "b").fetchXor(i32(ctx.args[3]));
  return u32(old) ^ u32(b) ^ mask.value ^ u32(total.fetchAnd(0xffn)) ^ u32(pair.value.c);
});

export const onStack = rawTracepoint("sched_process_exec", (ctx) => {
  const local = Pair({ a: u32(ctx.args[0]), b: -1, c: ctx.args[1], d: 4n });
  const a = ref(local, "a");
  const old = a.fetchAdd(3);
  a.value ^= 1;
  ref(local, "d").or(i64(ctx.args[2]));
  const c = ref(local, "c").compareExchange(ctx.args[2], 9n);
  ref(local, "b").add(5);
  return old ^ local.a ^ u32(c) ^ u32(local.c) ^ u32(local.d) ^ u32(local.b);
});

export const unused = rawTracepoint("sched_process_exec", (ctx) => {
  const one = pairs.get(0);
  if (!one) return 1;
  ref(one, "a").fetchAdd(u32(ctx.args[0]));
  ref(one, "a").exchange(u32(ctx.args[1]));
  ref(one, "d").fetchOr(i64(ctx.args[2]));
  ref(one, "c").compareExchange(0n, 1n);
  ref(one, "c").fetchXor(ctx.args[3]);
  return one.a ^ u32(one.d) ^ u32(one.c);
});
