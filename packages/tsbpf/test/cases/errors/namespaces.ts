// "tsbpf" by its namespace is the same as by names; what is no function of it is not.
import * as bpf from "tsbpf";

export const event = bpf.struct({ pid: bpf.u32 });
export const p = bpf.rawTracepoint("sched_process_exec", (ctx) => {
  const value = event({ pid: 5 });
  bpf.bpfGetCurrentComm(value);
  const all = bpf; 
  let held = bpf; //~ TSB1003
  return bpf.u32(ctx.args[0]) + value.pid;
});
