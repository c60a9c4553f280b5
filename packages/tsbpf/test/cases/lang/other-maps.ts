// What user space does with the other kinds of maps: stacks of calls, queues, prefixes.
import {
  array, chars, i64, lpmTrie, lruHashMap, perCpuHashMap, queue, rawTracepoint, stack, stackTrace, struct, u32, u64, u8,
} from "tsbpf";

const Visit = struct({ count: u64, last: u32 });
const Prefix = struct({ bits: u32, address: array(u8, 4) });
const Place = struct({ at: i64, name: chars(6) });

export const stacks = stackTrace({ maxEntries: 64, depth: 20 });
export const oneStack = stackTrace({ maxEntries: 1 });
export const jobs = queue(Place, { maxEntries: 2 });
export const undo = stack(u32, { maxEntries: 2 });
export const routes = lpmTrie(Prefix, Visit, { maxEntries: 128 });
export const recent = lruHashMap(u32, Place, { maxEntries: 64 });
export const perCpu = perCpuHashMap(u32, u64, { maxEntries: 4 });

export const captured = rawTracepoint("sched_process_exec", (ctx) => {
  return stacks.capture(ctx);
});

export const capturedUser = rawTracepoint("sched_process_exec", (ctx) => {
  return stacks.capture(ctx, { user: true });
});

export const capturedInOne = rawTracepoint("sched_process_exec", (ctx) => {
  return oneStack.capture(ctx, { user: false });
});

export const capturedUserInOne = rawTracepoint("sched_process_exec", (ctx) => {
  return oneStack.capture(ctx, { user: true });
});

export const next = rawTracepoint("sched_process_exec", () => {
  const job = jobs.pop();
  if (!job) return u32(undo.pop() ?? 77);
  undo.push(u32(job.at));
  return job.name[0];
});

export const route = rawTracepoint("sched_process_exec", (ctx) => {
  const key = Prefix({ bits: 32 });
  key.address[0] = u8(ctx.args[0]);
  key.address[1] = u8(ctx.args[0] >> 8n);
  key.address[2] = u8(ctx.args[0] >> 16n);
  key.address[3] = u8(ctx.args[0] >> 24n);
  const found = routes.get(key);
  if (!found) return 0;
  found.count++;
  return found.last;
});

export const remember = rawTracepoint("sched_process_exec", (ctx) => {
  recent.set(u32(ctx.args[0]), Place({ at: i64(ctx.args[1]) }));
  perCpu.set(1, ctx.args[1]);
  return recent.get(u32(ctx.args[0]))?.at === i64(ctx.args[1]) ? 1 : 0;
});
