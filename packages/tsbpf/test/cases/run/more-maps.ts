// Every other kind of map with its methods: those that drop, those for each CPU, prefixes, queues and stacks.
import {
  array, lpmTrie, lruHashMap, perCpuHashMap, queue, rawTracepoint, stack, struct, u16, u32, u64, u8,
} from "tsbpf";

const Key = struct({ id: u32, kind: u32 });
const Stat = struct({ count: u64, last: u32, flags: u8 });
const Prefix = struct({ bits: u32, address: array(u8, 4) });
const Job = struct({ id: u32, weight: u16 });

const recent = lruHashMap(u32, u64, { maxEntries: 4096 });
const recentStats = lruHashMap(Key, Stat, { maxEntries: 4096 });
const perCpu = perCpuHashMap(u8, Stat, { maxEntries: 256 });
const perCpuCounts = perCpuHashMap(u32, u32, { maxEntries: 3 });
const routes = lpmTrie(Prefix, u32, { maxEntries: 64 });
const hops = lpmTrie(struct({ length: u32, net: u32, host: u32 }), Stat, { maxEntries: 16 });
const numbers = queue(u32, { maxEntries: 5 });
const jobs = queue(Job, { maxEntries: 3 });
const undo = stack(u64, { maxEntries: 4 });
const places = stack(Job, { maxEntries: 4 });

export const lru = rawTracepoint("sched_process_exec", (ctx) => {
  const key = u32(ctx.args[0]) & 63;
  const before = recent.get(key);
  const stored = recent.set(key, (before ?? 5n) + 1n);
  recent.ref(key)?.add(3n);
  const gone = recent.delete(u32(ctx.args[1]) & 63);
  return u32(before ?? 9n) + (stored ? 100 : 0) + (gone ? 200 : 0) + (recent.has(key) ? 400 : 0);
});

export const lruStructs = rawTracepoint("sched_process_exec", (ctx) => {
  const key = Key({ id: u32(ctx.args[0]) & 15 });
  const stat = recentStats.get(key);
  if (!stat) {
    recentStats.set(key, Stat({ last: u32(ctx.args[1]) }));
    return 1;
  }
  stat.count++;
  stat.last += 2;
  return u32(stat.count) + u32(recentStats.get(key)?.last ?? 0);
});

export const eachCpu = rawTracepoint("sched_process_exec", (ctx) => {
  const key = u8(ctx.args[0]) & 7;
  let stat = perCpu.get(key);
  if (stat === undefined) {
    perCpu.set(key, Stat({ last: 5 }));
    stat = perCpu.get(key);
    if (stat === undefined) return 0;
  }
  perCpu.set(key, Stat({ last: u32(ctx.args[1]) }));
  return u32(stat.last);
});

export const eachCpuFull = rawTracepoint("sched_process_exec", (ctx) => {
  const key = u32(ctx.args[0]) % 5;
  const stored = perCpuCounts.set(u32(key), u32(ctx.args[1]));
  const counter = perCpuCounts.ref(u32(key));
  if (counter) counter.value += 7;
  const gone = (ctx.args[2] & 3n) === 0n && perCpuCounts.delete(u32(ctx.args[3]) & 3);
  return u32((perCpuCounts.get(u32(key)) ?? 3) + (stored ? 1 : 0) + (gone ? 2 : 0));
});

export const prefixes = rawTracepoint("sched_process_exec", (ctx) => {
  const prefix = Prefix({ bits: u32(ctx.args[0]) % 40 });
  prefix.address[0] = 10;
  prefix.address[1] = u8(ctx.args[1]) & 3;
  prefix.address[2] = u8(ctx.args[2]);
  prefix.address[3] = u8(ctx.args[3]);
  const stored = routes.set(prefix, u32(ctx.args[4]) & 0xffff);
  const found = prefix;
  found.bits = 32;
  const longest = routes.get(found);
  const host = routes.ref(found);
  if (host) host.value += 1;
  found.bits = u32(ctx.args[5]) & 31;
  const gone = (ctx.args[6] & 1n) === 1n && routes.delete(found);
  found.bits = u32(ctx.args[7]) & 31;
  return u32((longest ?? 77777) + (stored ? 100000 : 0) + (gone ? 200000 : 0) + (routes.get(found) ?? 5) * 3);
});

const Hop = struct({ length: u32, net: u32, host: u32 });

export const prefixStructs = rawTracepoint("sched_process_exec", (ctx) => {
  const key = Hop({ length: u32(ctx.args[0]) & 127, net: u32(ctx.args[1]), host: u32(ctx.args[2]) });
  const stored = hops.set(key, Stat({ last: u32(ctx.args[3]) }));
  const hop = hops.get(Hop({ length: 64, net: u32(ctx.args[1]), host: u32(ctx.args[2]) }));
  if (hop) hop.count += 1n;
  return (stored ? 1 : 0) + (hops.has(key) ? 2 : 0) + u32(hop?.count ?? 50n) * 4 + u32((hop?.last ?? 9) & 0xffff);
});

export const inOrder = rawTracepoint("sched_process_exec", (ctx) => {
  const pushed = numbers.push(u32(ctx.args[0]));
  const next = numbers.peek();
  const taken = (ctx.args[1] & 1n) === 1n ? numbers.pop() : undefined;
  return u32((next ?? 1) + (taken ?? 2) * 3 + (pushed ? 1000 : 0) + (numbers.peek() ?? 4));
});

export const jobsInOrder = rawTracepoint("sched_process_exec", (ctx) => {
  const job = Job({ id: u32(ctx.args[0]), weight: u16(ctx.args[1]) });
  let sum = 0;
  for (let i = 0; i < 2; i++) {
    if (jobs.push(job)) sum += 1;
    job.id += 1;
  }
  const next = jobs.peek();
  if (next) {
    next.id += 3;
    sum += next.id & 0xffff;
  }
  const taken = jobs.pop();
  if (!taken) return 0;
  sum += (taken.id & 0xffff) * 3 + taken.weight;
  const other = jobs.pop();
  return sum + (other?.weight ?? 5) + (other === undefined ? 1 : 0);
});

export const lastFirst = rawTracepoint("sched_process_exec", (ctx) => {
  const pushed = undo.push(ctx.args[0]);
  undo.push(u64(ctx.args[1] & 0xffn));
  const top = undo.peek() ?? 3n;
  const first = undo.pop() ?? 1n;
  const second = (ctx.args[2] & 3n) === 0n ? undefined : undo.pop();
  return u32(top) + u32(first) * 2 + u32(second ?? 7n) * 3 + (pushed ? 1 : 0);
});

export const placesLastFirst = rawTracepoint("sched_process_exec", (ctx) => {
  if ((ctx.args[0] & 1n) === 1n) places.push(Job({ id: u32(ctx.args[1]), weight: 3 }));
  else places.pop();
  const top = places.peek();
  return top ? top.id + top.weight : 9;
});
