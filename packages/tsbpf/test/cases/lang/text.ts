// A text constant is compared in wide pieces; kernel text is copied first; a line for the trace pipe.
import { bpfGetCurrentComm, bpfGetCurrentTask, bpfPrintk, chars, type Chars, type i32, rawTracepoint, struct } from "tsbpf";

interface bpfCoreTaskStruct {
  readonly tgid: i32;
  readonly comm: Chars<16>;
}

const Name = struct({ comm: chars(16) });

export const own = rawTracepoint("sched_process_exec", () => {
  const name = Name();
  bpfGetCurrentComm(name.comm);
  return name.comm.equals("systemd-journal") || name.comm.startsWith("kworker/") ? 1 : 0;
});

export const kernel = rawTracepoint("sched_process_exec", () => {
  const { comm, tgid } = bpfGetCurrentTask<bpfCoreTaskStruct>();
  if (comm.equals("init")) bpfPrintk(`init ${tgid} ${comm}`);
});
