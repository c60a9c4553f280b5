// Global counters beside constants that user space sets before loading: a filter and a sampling rate.
import { arrayMap, constant, global, rawTracepoint, type RawTracepointContext, struct, u32, u64 } from "tsbpf";

export const wantedId = constant(u32, 257);
export const sampleEvery = constant(u32, 4);
export const Totals = struct({ calls: u64, sampled: u64, highest: u32 });
export const totals = global(Totals);
export const since = global(u32, 1);
export const report = arrayMap(Totals, { maxEntries: 1 });

export const onEnter = rawTracepoint("sys_enter", (ctx: RawTracepointContext<[u64, u32]>) => {
  const id = ctx.args[1];
  totals.value.calls += 1n;
  if (id > totals.value.highest) totals.value.highest = id;
  if (wantedId.value !== 0 && id !== wantedId.value) return;
  since.value += 1;
  if (since.value < sampleEvery.value) return;
  since.value = 0;
  totals.value.sampled += 1n;
  report.set(0, totals.value);
});
