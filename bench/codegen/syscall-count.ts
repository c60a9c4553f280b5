// System calls by number, on each CPU; and by process, how many.
import { bpfGetCurrentPidTgid, hashMap, perCpuArray, rawTracepoint, type RawTracepointContext, u32, u64 } from "tsbpf";

export const counts = perCpuArray(u64, { maxEntries: 512 });
export const byProcess = hashMap(u32, u64, { maxEntries: 4096 });

export const onEnter = rawTracepoint("sys_enter", (ctx: RawTracepointContext<[u64, u32]>) => {
  const count = counts.ref(ctx.args[1]);
  if (count) count.value += 1n;
  const tgid = u32(bpfGetCurrentPidTgid() >> 32n);
  const calls = byProcess.ref(tgid);
  if (calls) calls.value += 1n;
  else byProcess.set(tgid, 1n);
});
