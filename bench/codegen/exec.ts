// Every exec: who, from which parent, under which user, and the file that was run.
import {
  bpfGetCurrentComm,
  bpfGetCurrentPidTgid,
  bpfGetCurrentUidGid,
  bpfProbeReadKernelStr,
  chars,
  i32,
  perfEventArray,
  type Ptr,
  rawTracepoint,
  type RawTracepointContext,
  struct,
  u32,
} from "tsbpf";

interface bpfCoreTaskStruct {
  readonly tgid: i32;
  readonly real_parent: Ptr<bpfCoreTaskStruct>;
}
interface bpfCoreText {}
interface bpfCoreLinuxBinprm {
  readonly filename: Ptr<bpfCoreText>;
}

export const Exec = struct({ pid: u32, tgid: u32, ppid: i32, uid: u32, oldPid: i32, comm: chars(16), file: chars(64) });
export const events = perfEventArray(Exec);

export const onExec = rawTracepoint(
  "sched_process_exec",
  (ctx: RawTracepointContext<[Ptr<bpfCoreTaskStruct>, i32, Ptr<bpfCoreLinuxBinprm>]>) => {
    const ids = bpfGetCurrentPidTgid();
    const event = Exec({ pid: u32(ids), tgid: u32(ids >> 32n), uid: u32(bpfGetCurrentUidGid()) });
    event.ppid = ctx.args[0].real_parent.tgid;
    event.oldPid = ctx.args[1];
    bpfGetCurrentComm(event.comm);
    bpfProbeReadKernelStr(event.file, ctx.args[2].filename);
    events.output(ctx, event);
  },
);
