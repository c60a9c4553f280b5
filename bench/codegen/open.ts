// openat(2) and openat2(2): the path at the entry, the result at the exit, one event for both.
import {
  bpfGetCurrentComm,
  bpfGetCurrentPidTgid,
  bpfProbeReadUserStr,
  chars,
  hashMap,
  i32,
  i64,
  perfEventArray,
  type Ptr,
  rawTracepoint,
  type RawTracepointContext,
  struct,
  u32,
  u64,
} from "tsbpf";

interface bpfCorePtRegs {
  readonly si: u64;
  readonly dx: u64;
}

const openat = 257n;
const openat2 = 437n;

const Pending = struct({ path: u64, flags: u32 });
export const Open = struct({ pid: u32, flags: u32, result: i32, comm: chars(16), path: chars(128) });
export const pending = hashMap(u64, Pending, { maxEntries: 10240 });
export const events = perfEventArray(Open);

export const onEnter = rawTracepoint("sys_enter", (ctx: RawTracepointContext<[Ptr<bpfCorePtRegs>, i64]>) => {
  const id = ctx.args[1];
  if (id !== openat && id !== openat2) return;
  const regs = ctx.args[0];
  pending.set(bpfGetCurrentPidTgid(), Pending({ path: regs.si, flags: u32(regs.dx) }));
});

export const onExit = rawTracepoint("sys_exit", (ctx: RawTracepointContext<[Ptr<bpfCorePtRegs>, i64]>) => {
  const ids = bpfGetCurrentPidTgid();
  const entry = pending.get(ids);
  if (!entry) return;
  const event = Open({ pid: u32(ids >> 32n), flags: entry.flags, result: i32(ctx.args[1]) });
  bpfProbeReadUserStr(event.path, entry.path);
  bpfGetCurrentComm(event.comm);
  events.output(ctx, event);
  pending.delete(ids);
});
