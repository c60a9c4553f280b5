// The kernel half of the exec tracer: on every successful exec, one event with pid, tgid and comm.
import {
  bpfCoreFieldExists,
  bpfGetCurrentComm,
  bpfGetCurrentTask,
  chars,
  type i32,
  perfEventArray,
  rawTracepoint,
  struct,
  u32,
} from "tsbpf";

/** CO-RE view of the kernel's task_struct: offsets are resolved against the running kernel's BTF at load time. */
interface bpfCoreTaskStruct {
  readonly pid: i32;
  readonly tgid: i32;
}

export const ExecEvent = struct({ pid: u32, tgid: u32, comm: chars(16) });

export const events = perfEventArray(ExecEvent);

export const schedProcessExec = rawTracepoint("sched_process_exec", (ctx) => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  const event = ExecEvent({ pid: u32(task.pid) });
  if (bpfCoreFieldExists(task.tgid)) event.tgid = u32(task.tgid);
  bpfGetCurrentComm(event.comm);
  events.output(ctx, event);
});
