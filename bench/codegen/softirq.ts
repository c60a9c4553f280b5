// Time in each soft interrupt, on each CPU, and a histogram over all of them.
import { array, bpfKtimeGetNs, perCpuArray, rawTracepoint, type RawTracepointContext, struct, u32, u64 } from "tsbpf";

const Stat = struct({ ns: u64, count: u64, longest: u64, slots: array(u32, 16) });
export const entered = perCpuArray(u64, { maxEntries: 1 });
export const stats = perCpuArray(Stat, { maxEntries: 10 });

export const onEntry = rawTracepoint("softirq_entry", () => {
  const at = entered.ref(0);
  if (at) at.value = bpfKtimeGetNs();
});

export const onExit = rawTracepoint("softirq_exit", (ctx: RawTracepointContext<[u32]>) => {
  const at = entered.ref(0);
  if (!at || at.value === 0n) return;
  const ns = u64(bpfKtimeGetNs() - at.value);
  at.value = 0n;
  const stat = stats.get(ctx.args[0]);
  if (!stat) return;
  stat.ns += ns;
  stat.count += 1n;
  if (ns > stat.longest) stat.longest = ns;
  // Steps of 4 microseconds.
  stat.slots[Math.min(u32(ns >> 12n), 15)] += 1;
});
