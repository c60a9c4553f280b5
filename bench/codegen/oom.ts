// The victims of the OOM killer, with what they held and who else is in their tree.
import {
  bpfGetCurrentComm,
  bpfGetCurrentPidTgid,
  chars,
  type Chars,
  i32,
  perfEventArray,
  type Ptr,
  rawTracepoint,
  type RawTracepointContext,
  struct,
  u32,
  u64,
} from "tsbpf";

interface bpfCoreMmStruct {
  readonly total_vm: u64;
  readonly hiwater_rss: u64;
}
interface bpfCoreTaskStruct {
  readonly tgid: i32;
  readonly comm: Chars<16>;
  readonly mm: Ptr<bpfCoreMmStruct> | null;
  readonly real_parent: Ptr<bpfCoreTaskStruct>;
}

export const Victim = struct({
  victim: i32,
  parent: i32,
  grandparent: i32,
  killer: u32,
  uid: u32,
  pages: u64,
  highest: u64,
  comm: chars(16),
  parentComm: chars(16),
  killerComm: chars(16),
});
export const events = perfEventArray(Victim);

export const onVictim = rawTracepoint("mark_victim", (ctx: RawTracepointContext<[Ptr<bpfCoreTaskStruct>, u32]>) => {
  const task = ctx.args[0];
  const parent = task.real_parent;
  const event = Victim({ victim: task.tgid, parent: parent.tgid, grandparent: parent.real_parent.tgid });
  event.killer = u32(bpfGetCurrentPidTgid() >> 32n);
  event.uid = ctx.args[1];
  const mm = task.mm;
  if (mm !== null) {
    event.pages = mm.total_vm;
    event.highest = mm.hiwater_rss;
  }
  event.comm = task.comm;
  event.parentComm = parent.comm;
  bpfGetCurrentComm(event.killerComm);
  events.output(ctx, event);
});
