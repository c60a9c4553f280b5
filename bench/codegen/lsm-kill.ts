// Keeps guarded processes from being killed by others than init and their own parent; says who tried.
import {
  bpfGetCurrentComm,
  bpfGetCurrentPidTgid,
  chars,
  type Chars,
  hashMap,
  i32,
  lsm,
  type LsmContext,
  type Ptr,
  ringBuffer,
  struct,
  u32,
  u64,
  u8,
} from "tsbpf";

interface bpfCoreTaskStruct {
  readonly tgid: i32;
  readonly comm: Chars<16>;
  readonly real_parent: Ptr<bpfCoreTaskStruct>;
}

const permission = -1;

export const Attempt = struct({ from: u32, to: i32, signal: i32, sender: chars(16), target: chars(16) });
export const guarded = hashMap(i32, u8, { maxEntries: 1024 });
export const events = ringBuffer(Attempt, { bytes: 65536 });

export const onKill = lsm("task_kill", (ctx: LsmContext<[Ptr<bpfCoreTaskStruct>, u64, i32]>) => {
  const signal = ctx.args[2];
  // SIGKILL and SIGTERM.
  if (signal !== 9 && signal !== 15) return 0;
  const task = ctx.args[0];
  const to = task.tgid;
  if (!guarded.has(to)) return 0;
  const from = u32(bpfGetCurrentPidTgid() >> 32n);
  if (from === 1 || from === u32(task.real_parent.tgid)) return 0;
  const event = Attempt({ from, to, signal });
  event.target = task.comm;
  bpfGetCurrentComm(event.sender);
  events.output(event);
  return permission;
});
