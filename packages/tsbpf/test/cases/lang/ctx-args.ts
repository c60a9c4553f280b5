// The tracepoint's arguments with the types that the program gives them.
import { rawTracepoint, type i32, type Ptr, type RawTracepointContext, type u16, type u64 } from "tsbpf";

interface bpfCoreTaskStruct { readonly pid: i32 }
interface bpfCoreLinuxBinprm { readonly argc: i32 }

type ExecArgs = readonly [Ptr<bpfCoreTaskStruct>, i32, bpfCoreLinuxBinprm | null, u16, boolean, u64];

export const typed = rawTracepoint("sched_process_exec", (ctx: RawTracepointContext<ExecArgs>) => {
  const task = ctx.args[0];
  const args = ctx.args;
  const binprm = args[2];
  if (!binprm) return -1;
  return task.pid + args[1] + binprm.argc + args[3] + (args[4] ? 1 : 0) + (args[5] > 5n ? 2 : 0);
});

export const untyped = rawTracepoint("sched_process_exec", (ctx) => (ctx.args[11] === ctx.args[0] ? 1 : 0));
