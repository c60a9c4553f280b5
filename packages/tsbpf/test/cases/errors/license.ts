// What the kernel lets only programs under the GPL do. "GPL-2.0" is none of the texts that it takes for that.
import {
  arrayMap, bpfGetCurrentComm, bpfGetCurrentPidTgid, bpfGetCurrentTask, bpfKtimeGetNs, bpfPrintk, bpfProbeReadUser, chars, kprobe, lsm,
  perfEventArray, rawTracepoint, ringBuffer, stackTrace, struct, tpBtf, u32, u64,
  type i32, type Ptr, type RawTracepointContext, type TpBtfContext, type UserPtr,
} from "tsbpf";

export const license = "GPL-2.0";

interface bpfCoreTaskStruct {
  readonly pid: i32;
  readonly real_parent: Ptr<bpfCoreTaskStruct>;
  readonly robust_list: UserPtr<unknown>;
}

export const Event = struct({ pid: u32, comm: chars(16) });
export const events = perfEventArray(Event);
export const ring = ringBuffer(Event, { bytes: 4096 });
export const stacks = stackTrace({ maxEntries: 16 });
export const times = arrayMap(u64, { maxEntries: 4 });

const parentOf = (task: bpfCoreTaskStruct): number => task.real_parent.pid; //~ TSB7009

export const onExec = rawTracepoint("sched_process_exec", (ctx: RawTracepointContext<[Ptr<bpfCoreTaskStruct>]>) => {
  const event = Event({ pid: u32(bpfGetCurrentPidTgid()) });
  bpfGetCurrentComm(event.comm);
  ring.output(event);
  times.set(0, bpfKtimeGetNs());
  events.output(ctx, event); //~ TSB7009
  bpfPrintk(`exec ${event.pid}`); //~ TSB7009
  const task = ctx.args[0];
  if (task.pid === 1) return; //~ TSB7009
  event.pid = u32(parentOf(task));
  ring.output(event);
});

export const onForkOfKnown = tpBtf("sched_process_fork", (ctx: TpBtfContext<[bpfCoreTaskStruct]>) => {
  const event = Event({ pid: u32(ctx.args[0].pid) }); //~ TSB7009
  ring.output(event);
});

export const onRead = kprobe("vfs_read", (ctx) => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>(); //~ TSB7009
  const event = Event({});
  bpfProbeReadUser(event.comm, task.robust_list); //~ TSB7009
  event.pid = u32(stacks.capture(ctx)); //~ TSB7009
  ring.output(event);
});

export const onOpen = lsm("file_open", () => 0); //~ TSB7009
