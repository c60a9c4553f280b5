// How long a task waits on the run queue: from wake-up (or preemption) until it runs.
// kernel: 5.14 (task_struct.__state)
import {
  bpfKtimeGetNs,
  hashMap,
  i32,
  perCpuArray,
  type Ptr,
  rawTracepoint,
  type RawTracepointContext,
  u32,
  u64,
} from "tsbpf";

interface bpfCoreTaskStruct {
  readonly pid: i32;
  readonly __state: u32;
}

export const queued = hashMap(i32, u64, { maxEntries: 10240 });
export const histogram = perCpuArray(u64, { maxEntries: 32 });

function enqueue(pid: i32): void {
  if (pid !== 0) queued.set(pid, bpfKtimeGetNs());
}

function slotOf(ns: u64): number {
  let slot = 0;
  for (let rest: u64 = ns; slot < 31 && rest > 1n; slot++) rest = u64(rest >> 1n);
  return slot;
}

type Wakeup = RawTracepointContext<[Ptr<bpfCoreTaskStruct>]>;

export const onWakeup = rawTracepoint("sched_wakeup", (ctx: Wakeup) => enqueue(ctx.args[0].pid));
export const onWakeupNew = rawTracepoint("sched_wakeup_new", (ctx: Wakeup) => enqueue(ctx.args[0].pid));

export const onSwitch = rawTracepoint(
  "sched_switch",
  (ctx: RawTracepointContext<[boolean, Ptr<bpfCoreTaskStruct>, Ptr<bpfCoreTaskStruct>]>) => {
    const previous = ctx.args[1];
    // 0 is TASK_RUNNING: it was preempted and waits again.
    if (previous.__state === 0) enqueue(previous.pid);
    const pid = ctx.args[2].pid;
    const since = queued.get(pid);
    if (since === undefined) return;
    const count = histogram.ref(u32(slotOf(u64(bpfKtimeGetNs() - since))));
    if (count) count.value += 1n;
    queued.delete(pid);
  },
);
