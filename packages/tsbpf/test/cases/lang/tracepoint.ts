// Tracepoints through their records: fields wherever the running kernel has them, arrays, and text of any length.
import {
  bpfCoreFieldExists, bpfGetCurrentPidTgid, bpfProbeReadKernelStr, chars, dataLoc, hashMap, perfEventArray, struct,
  tracepoint, u32, u64, u8, type Chars, type i32,
} from "tsbpf";

interface bpfCoreTraceEventRawSchedSwitch {
  readonly prev_pid: i32;
  readonly next_pid: i32;
  readonly next_comm: Chars<16>;
}
interface bpfCoreTraceEventRawSchedProcessExec {
  readonly __data_loc_filename: u32;
  readonly pid: i32;
  readonly old_pid: i32;
  readonly no_such_field: i32;
}

const Switched = struct({ comm: chars(16), count: u64, first: u8, sameTask: u32 });
const Exec = struct({ pid: u32, entryPid: u32, filename: chars(64) });
export const switches = hashMap(u32, Switched, { maxEntries: 10240 });
export const execs = perfEventArray(Exec);

export const onSwitch = tracepoint<bpfCoreTraceEventRawSchedSwitch>("sched/sched_switch", (ctx) => {
  const pid = u32(ctx.next_pid);
  const known = switches.get(pid);
  if (known) {
    known.count += 1n;
    return;
  }
  const value = Switched({ count: 1n, first: ctx.next_comm[0] });
  value.comm = ctx.next_comm;
  value.sameTask = ctx.next_pid === ctx.prev_pid ? 1 : 0;
  switches.set(pid, value);
});

export const onExec = tracepoint<bpfCoreTraceEventRawSchedProcessExec>("sched/sched_process_exec", (ctx) => {
  const event = Exec({ pid: u32(ctx.pid), entryPid: u32(bpfGetCurrentPidTgid()) });
  if (bpfCoreFieldExists(ctx.no_such_field)) event.pid = 0;
  bpfProbeReadKernelStr(event.filename, dataLoc(ctx, ctx.__data_loc_filename));
  execs.output(ctx, event);
});
