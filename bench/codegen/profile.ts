// A sampling profiler: stacks of the kernel and of the process, counted by both and the process's name.
import {
  bpfGetCurrentComm,
  bpfGetCurrentPidTgid,
  chars,
  hashMap,
  i32,
  perfEvent,
  stackTrace,
  struct,
  u32,
  u64,
} from "tsbpf";

const Sample = struct({ pid: u32, kernelStack: i32, userStack: i32, comm: chars(16) });
export const stacks = stackTrace({ maxEntries: 4096 });
export const counts = hashMap(Sample, u64, { maxEntries: 4096 });

export const onSample = perfEvent((ctx) => {
  const pid = u32(bpfGetCurrentPidTgid() >> 32n);
  if (pid === 0) return;
  const sample = Sample({ pid, kernelStack: stacks.capture(ctx), userStack: stacks.capture(ctx, { user: true }) });
  bpfGetCurrentComm(sample.comm);
  const count = counts.ref(sample);
  if (count) count.value += 1n;
  else counts.set(sample, 1n);
});
