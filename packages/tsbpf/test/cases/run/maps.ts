// Maps look like JavaScript's Map: get, set, delete, has, ref; structs are live, scalars are copies.
import { arrayMap, hashMap, perCpuArray, rawTracepoint, struct, u16, u32, u64, u8, type Value } from "tsbpf";

const Key = struct({ id: u32, kind: u16 });
const Stat = struct({ count: u64, last: u32, flags: u8 });

const counts = hashMap(u32, u64, { maxEntries: 8 });
const stats = hashMap(Key, Stat, { maxEntries: 64 });
const flags = hashMap(u8, u8, { maxEntries: 256 });
const slots = arrayMap(u32, { maxEntries: 4 });
const table = arrayMap(Stat, { maxEntries: 4 });
const scratch = perCpuArray(Stat, { maxEntries: 2 });

export const count = rawTracepoint("sched_process_exec", (ctx) => {
  const key = u32(ctx.args[0]) & 15;
  const before = counts.get(key);
  const stored = counts.set(key, (before ?? 100n) + 1n);
  const after = counts.get(key);
  const had = counts.has(key + 1);
  return u32(after ?? 7n) + (stored ? 1000 : 0) + (before === undefined ? 2000 : 0) + (had ? 4000 : 0);
});

export const remove = rawTracepoint("sched_process_exec", (ctx) => {
  const key = u32(ctx.args[1]) & 15;
  const gone = counts.delete(key);
  return (gone ? 1 : 0) + (counts.delete(key) ? 2 : 0) + (counts.get(key) === undefined ? 4 : 0);
});

export const reference = rawTracepoint("sched_process_exec", (ctx) => {
  const key = u8(ctx.args[0]);
  flags.set(key, u8(ctx.args[1]));
  const ref = flags.ref(key);
  if (!ref) return 1;
  ref.value += 3;
  ref.value ^= 0x55;
  ref.value++;
  const copy = flags.get(key);
  ref.value = 9;
  return (copy ?? 0) * 1000 + ref.value + (flags.get(key) ?? 0) * 10;
});

export const scalarIsCopy = rawTracepoint("sched_process_exec", (ctx) => {
  const key = u8(ctx.args[0]);
  flags.set(key, 5);
  const before = flags.get(key);
  flags.set(key, 6);
  if (before === undefined) return 99;
  return before * 10 + (flags.get(key) ?? 0);
});

export const live = rawTracepoint("sched_process_exec", (ctx) => {
  const key = Key({ id: u32(ctx.args[0]) & 7, kind: 3 });
  let stat = stats.get(key);
  if (!stat) {
    stats.set(key, Stat({ last: 5 }));
    stat = stats.get(key);
    if (!stat) return 0;
  }
  stat.count += 1n;
  stat.last = u32(ctx.args[1]);
  const same = stats.get(key);
  return u32(stat.count) + (same ? same.last : 1) + (same?.flags ?? 3);
});

export const valueIsCopied = rawTracepoint("sched_process_exec", (ctx) => {
  const key = Key({ id: 100 });
  const stat = Stat({ last: u32(ctx.args[0]) });
  stats.set(key, stat);
  stat.last = 1;
  key.id = 200;
  return u32((stats.get(Key({ id: 100 }))?.last ?? 3) + (stats.has(key) ? 1 : 0));
});

export const keysByValue = rawTracepoint("sched_process_exec", (ctx) => {
  const one = Key({ id: 300, kind: u16(ctx.args[0]) & 1 });
  stats.set(one, Stat({ flags: 4 }));
  const other = Key();
  other.id = 300;
  other.kind = 1;
  const found = stats.get(other);
  stats.delete(one);
  return found === undefined ? 1 : 2;
});

export const arrays = rawTracepoint("sched_process_exec", (ctx) => {
  const at = u32(ctx.args[0]);
  const there = slots.get(at);
  const stored = slots.set(at, u32(ctx.args[1]));
  const ref = slots.ref(2);
  if (ref) ref.value += 5;
  return u32((there ?? 3) + (stored ? 10 : 20) + (slots.get(2) ?? 0) * 3);
});

export const tables = rawTracepoint("sched_process_exec", (ctx) => {
  const at = u32(ctx.args[0]) & 7;
  const stat = table.get(at);
  if (stat === undefined) return 5;
  stat.count += u64(u8(ctx.args[1]));
  table.set(1, Stat({ last: 8 }));
  table.set((at + 1) & 3, stat);
  return u32(stat.count) + stat.last + u32(table.get(1)?.count ?? 7n);
});

function bump(stat: Value<typeof Stat>, by: number): number {
  stat.last = by;
  stat.flags += 1;
  return stat.last + stat.flags;
}

function find(id: number): Value<typeof Stat> | undefined {
  if (id > 200) return undefined;
  return table.get(u32(id & 3));
}

export const perCpu = rawTracepoint("sched_process_exec", (ctx) => {
  scratch.set(0, Stat({ last: u32(ctx.args[0]), flags: 250 }));
  const mine = scratch.get(0);
  const none = scratch.get(2);
  if (!mine || none) return 1;
  const a = bump(mine, 7);
  return a + mine.flags * 3;
});

export const throughFunctions = rawTracepoint("sched_process_exec", (ctx) => {
  const stat = find(u8(ctx.args[0]));
  if (stat === undefined) return 3;
  stat.flags = 1;
  const other = find(1);
  return bump(stat, 9) + (other?.last ?? 100) + (find(u8(ctx.args[1])) ? 1000 : 0);
});

export const oneOrOther = rawTracepoint("sched_process_exec", (ctx) => {
  const a = table.get(0);
  const b = table.get(3);
  if (!a || !b) return 1;
  a.last = 30;
  b.last = 40;
  let chosen = a;
  if (ctx.args[0] > 9n) chosen = b;
  chosen.last += 1;
  const again = ctx.args[1] > 9n ? a : b;
  return a.last + b.last * 3 + again.last * 5 + chosen.last;
});

export const chained = rawTracepoint("sched_process_exec", (ctx) => {
  const stat = table.get(u32(ctx.args[0]));
  if (stat?.last === 40) return 1;
  if (stat?.flags) return 2 + stat.flags;
  if (stat && stat.count > 3n && stat.last > 0) return 500 + stat.last;
  const last = stat && stat.last;
  return (stat?.last ?? 70) + (last ?? 7);
});

export const aliased = rawTracepoint("sched_process_exec", (ctx) => {
  const stat = table.get(u32(ctx.args[0]) & 7);
  const isThere = stat !== undefined;
  const other = table.get(u32(ctx.args[1]) & 7);
  const none = !stat || !other;
  if (isThere) stat.last = 2;
  if (none) return 1;
  other.last = 3;
  return stat.last + other.last * 10;
});

export const inLoop = rawTracepoint("sched_process_exec", (ctx) => {
  let sum = 0;
  for (let i = 0; i < 6; i++) {
    const stat = table.get(i);
    if (!stat) continue;
    stat.flags = u8(ctx.args[0]) & 15;
    sum += stat.flags + i;
    const slot = slots.get(i) ?? 1000;
    sum += slot & 1;
  }
  return sum;
});
