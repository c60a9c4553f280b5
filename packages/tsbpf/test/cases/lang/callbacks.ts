// Callbacks and what they capture: a record on the stack with a cell for each variable and each pointer.
// kernel: 5.17
import { bpfLoop, hashMap, rawTracepoint, type RawTracepointContext, struct, u32, u64 } from "tsbpf";

const Totals = struct({ count: u32, sum: u64 });
const Key = struct({ pid: u32, cpu: u32 });
export const times = hashMap(Key, u64, { maxEntries: 64 });

export const search = rawTracepoint("sys_enter", (ctx: RawTracepointContext<[u32, u32]>) => {
  const wanted = ctx.args[0];
  let hash = ctx.args[1];
  const rounds = bpfLoop(1000, (index) => {
    hash = u32(Math.imul(hash, 31) + index);
    return hash === wanted;
  });
  return u32(rounds) ^ hash;
});

export const total = rawTracepoint("sys_enter", (ctx: RawTracepointContext<[u32]>) => {
  const pid = ctx.args[0];
  const totals = Totals();
  times.forEach((time, key) => {
    if (key.pid !== pid) return;
    totals.count += 1;
    totals.sum += time;
    times.delete(key);
  });
  return u32(totals.sum / u64(totals.count));
});
