// Every process that ends: how, and how long it lived. Threads are left out.
import {
  bpfGetCurrentComm,
  bpfGetCurrentPidTgid,
  bpfGetCurrentTask,
  bpfKtimeGetNs,
  chars,
  i32,
  type Ptr,
  rawTracepoint,
  ringBuffer,
  struct,
  u32,
  u64,
} from "tsbpf";

interface bpfCoreTaskStruct {
  readonly exit_code: i32;
  readonly start_time: u64;
  readonly tgid: i32;
  readonly real_parent: Ptr<bpfCoreTaskStruct>;
}

export const Exit = struct({ pid: u32, ppid: i32, signal: i32, status: i32, lived: u64, comm: chars(16) });
export const events = ringBuffer(Exit, { bytes: 262144 });

export const onExit = rawTracepoint("sched_process_exit", () => {
  const ids = bpfGetCurrentPidTgid();
  const pid = u32(ids >> 32n);
  if (pid !== u32(ids)) return;
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  using event = events.reserve();
  if (!event) return;
  const code = task.exit_code;
  event.pid = pid;
  event.ppid = task.real_parent.tgid;
  event.signal = code & 0xff;
  event.status = code >> 8;
  event.lived = u64(bpfKtimeGetNs() - task.start_time);
  bpfGetCurrentComm(event.comm);
  event.submit();
});
