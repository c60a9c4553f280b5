// What tracing programs use: the task, clocks, user memory, maps, ring buffers, random numbers.
import {
  bpfGetCurrentPidTgid, bpfGetCurrentTask, bpfGetPrandomU32, bpfGetSmpProcessorId, bpfKtimeGetNs,
  bpfProbeReadUserStr, bpfCoreFieldExists, chars, hashMap, perCpuArray, perfEventArray, rawTracepoint, ringBuffer,
  struct, u32, u64, type Chars, type i32, type Ptr,
} from "tsbpf";

interface bpfCoreTaskStruct {
  readonly pid: i32;
  readonly tgid: i32;
  readonly comm: Chars<16>;
  readonly realParent: Ptr<bpfCoreTaskStruct>;
}

export const Opened = struct({ pid: u32, parent: u32, name: chars(16), path: chars(32) });
const Sample = struct({ cpu: u32, random: u32 });
export const opened = ringBuffer(Opened, { bytes: 4096 });
export const samples = perfEventArray(Sample);
export const started = hashMap(u32, u64, { maxEntries: 2 });
export const perCpu = perCpuArray(u64, { maxEntries: 1 });

export const open = rawTracepoint("sys_enter", (ctx) => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  const event = Opened({ pid: u32(task.pid), parent: u32(task.realParent.tgid) });
  event.name = task.comm;
  if (bpfProbeReadUserStr(event.path, ctx.args[1]) < 0) return 1;
  return opened.output(event) ? 0 : 2;
});

export const latency = rawTracepoint("sched_switch", () => {
  const pid = u32(bpfGetCurrentPidTgid());
  const since = started.get(pid);
  if (since === undefined) return started.set(pid, bpfKtimeGetNs()) ? 1 : 2;
  started.delete(pid);
  return u32(bpfKtimeGetNs() - since);
});

export const sample = rawTracepoint("sched_wakeup", (ctx) => {
  const count = perCpu.ref(0);
  if (count) count.value += 1n;
  samples.output(ctx, Sample({ cpu: bpfGetSmpProcessorId(), random: bpfGetPrandomU32() }));
});

export const parents = rawTracepoint("sched_process_fork", () => {
  let task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  let depth = 0;
  for (let i = 0; i < 8; i++) {
    if (task.pid === 0) break;
    task = task.realParent;
    depth++;
  }
  return bpfCoreFieldExists(task.tgid) ? depth : -1;
});
