// Every new process, with its parent; a counter of children by parent.
import {
  bpfKtimeGetNs,
  chars,
  type Chars,
  hashMap,
  i32,
  perfEventArray,
  type Ptr,
  rawTracepoint,
  type RawTracepointContext,
  struct,
  u32,
  u64,
} from "tsbpf";

interface bpfCoreTaskStruct {
  readonly pid: i32;
  readonly tgid: i32;
  readonly comm: Chars<16>;
}

export const Fork = struct({
  parent: i32,
  child: i32,
  isThread: u32,
  parentComm: chars(16),
  childComm: chars(16),
  at: u64,
});
export const events = perfEventArray(Fork);
export const children = hashMap(i32, u64, { maxEntries: 10240 });

export const onFork = rawTracepoint(
  "sched_process_fork",
  (ctx: RawTracepointContext<[Ptr<bpfCoreTaskStruct>, Ptr<bpfCoreTaskStruct>]>) => {
    const parent = ctx.args[0];
    const child = ctx.args[1];
    const event = Fork({ parent: parent.tgid, child: child.pid, at: bpfKtimeGetNs() });
    event.isThread = child.pid === child.tgid ? 0 : 1;
    event.parentComm = parent.comm;
    event.childComm = child.comm;
    const count = children.ref(event.parent);
    if (count) count.value += 1n;
    else children.set(event.parent, 1n);
    events.output(ctx, event);
  },
);
