// Constants and global variables: memory that all programs share, with the values they begin as.
import {
  array, bool, bytes, chars, constant, global, hashMap, i16, i32, i64, queue, rawTracepoint, ref, struct, u16, u32, u64, u8,
  type Ref, type Value,
} from "tsbpf";

const Point = struct({ x: i32, y: i16 });
const Config = struct({ limit: u32, name: chars(8), at: Point, list: array(u16, 3), on: bool });


const limit = constant(u32, 40);
const wide = constant(u64, 2n ** 63n + 5n);
const signed = constant(i64, -3n);
const enabled = constant(bool, true);
const config = constant(Config, { limit: 7, name: "abc", at: { x: -5, y: 2 }, list: [1, 2], on: true });
const table = constant(array(u32, 8), [0, 1, 4, 9, 16, 25, 36, 49]);
const points = constant(array(Point, 4), [{ x: 1 }, { x: 2, y: 3 }]);
const raw = constant(bytes(4), [255, 1, 2]);

export const runs = global(u64);
export const started = global(i32, -7);
export const small = global(u8, 250);
const flag = global(bool);
const last = global(Config, { limit: 3, at: { x: 9 } });
const zeros = global(Point);
const counts = global(array(u64, 16));
const text = global(chars(8), "hi");

export const constants = rawTracepoint("sched_process_exec", (ctx) => {
  const at = u32(ctx.args[0]);
  const c = config.value;
  let sum = limit.value + u32(wide.value) + u32(signed.value) + (enabled.value ? 1000 : 0);
  sum += c.limit + c.name[1] + c.at.x + c.at.y + c.list[0] + c.list[1] + c.list[2] + (c.on ? 5 : 0);
  sum += table.value[at] * 3 + table.value[at & 7] + raw.value[0] + raw.value[2] + raw.value[3];
  return u32(sum + points.value[at & 3].x * 100 + points.value[1].y);
});

export const counters = rawTracepoint("sched_process_exec", (ctx) => {
  runs.value += 1n;
  runs.value ^= ctx.args[0];
  started.value -= 2;
  small.value += 3;
  small.value++;
  flag.value = !flag.value;
  return u32(runs.value) ^ u32(started.value) ^ (small.value << 8) ^ (flag.value ? 1 : 0);
});

export const structs = rawTracepoint("sched_process_exec", (ctx) => {
  const l = last.value;
  l.limit += u32(ctx.args[0]);
  last.value.at.x = i32(ctx.args[1]);
  last.value.at.y -= 1;
  zeros.value = l.at;
  zeros.value.y += 4;
  l.list[u32(ctx.args[2]) & 3] = u16(ctx.args[3]);
  return u32(last.value.limit + l.at.x * 3 + l.at.y + zeros.value.x + zeros.value.y * 5 + l.list[0] + l.list[2] * 7);
});

export const replaced = rawTracepoint("sched_process_exec", (ctx) => {
  const before = last.value;
  last.value = Config({ limit: u32(ctx.args[0]), on: true });
  zeros.value = Point({ x: 1, y: 2 });
  return u32(before.limit + last.value.at.x + (before.on ? 1 : 0) + zeros.value.y);
});

export const arrays = rawTracepoint("sched_process_exec", (ctx) => {
  const at = u32(ctx.args[0]);
  counts.value[at & 15] += 1n;
  counts.value[at] += 2n;
  let sum: u64 = 0n;
  for (let i = 0; i < 16; i++) sum += counts.value[i];
  text.value[1] = u8(ctx.args[1]);
  return u32(sum) + text.value[0] + text.value[1] + text.value.length;
});

function bump(counter: Ref<u64>, by: u64): u64 {
  counter.value += by;
  return counter.value;
}

export const references = rawTracepoint("sched_process_exec", (ctx) => {
  const a = bump(runs, 3n);
  const cell = ref(counts.value, 3);
  const b = bump(cell, ctx.args[0]);
  const local = Point({ x: i32(ctx.args[1]) });
  const x = ref(local, "x");
  x.value += 5;
  const y = ref(last.value.at, "y");
  y.value = i16(x.value);
  return u32(a) ^ u32(b) ^ u32(local.x + last.value.at.y);
});

export const added = rawTracepoint("sched_process_exec", (ctx) => {
  const point = Point({ x: i32(ctx.args[1]) });
  runs.add(ctx.args[0]);
  started.add(i32(ctx.args[1]));
  ref(point, "x").add(5);
  ref(last.value, "limit").add(u32(ctx.args[2]));
  ref(counts.value, u32(ctx.args[3]) & 15).add(1n);
  return u32(runs.value) ^ u32(started.value) ^ u32(point.x) ^ last.value.limit ^ u32(counts.value[2]);
});

const kept = hashMap(u32, Config, { maxEntries: 8 });
const byPlace = hashMap(Point, u32, { maxEntries: 64 });
const waiting = queue(Point, { maxEntries: 2 });

// Memory of the data sections where the kernel reads keys and values.
export const throughMaps = rawTracepoint("sched_process_exec", (ctx) => {
  const key = u32(ctx.args[0]) & 3;
  last.value.limit = u32(ctx.args[1]);
  kept.set(key, last.value);
  kept.set(key + 4, config.value);
  last.value.limit = 1;
  zeros.value = Point({ x: i32(ctx.args[2]) & 7, y: 2 });
  byPlace.set(zeros.value, key);
  waiting.push(config.value.at);
  const taken = waiting.pop();
  if (taken) zeros.value = taken;
  const copy = kept.get(key);
  return u32((copy?.limit ?? 5) + (kept.get(key + 4)?.at.x ?? 6) + zeros.value.x + (byPlace.has(points.value[0]) ? 1 : 0));
});

// Structs and arrays of the data sections in loops and in functions.
function total(config: Value<typeof Config>): number {
  let sum = config.limit & 0xffff;
  for (const item of config.list) sum += item;
  return sum;
}

export const inLoops = rawTracepoint("sched_process_exec", (ctx) => {
  let sum = total(config.value) + total(last.value);
  for (let i = 0; i < 8; i++) sum += table.value[i] * (i + 1);
  for (const point of points.value) sum += point.x;
  const { at, on } = config.value;
  return u32(sum + at.y + (on ? u8(ctx.args[0]) : 0));
});
