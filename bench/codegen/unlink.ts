// unlink(2), unlinkat(2), rename(2) and renameat2(2): which names go, which come.
import {
  bpfGetCurrentComm,
  bpfGetCurrentPidTgid,
  bpfProbeReadUserStr,
  chars,
  type i64,
  type Ptr,
  rawTracepoint,
  type RawTracepointContext,
  ringBuffer,
  struct,
  u32,
  u64,
  u8,
} from "tsbpf";

interface bpfCorePtRegs {
  readonly di: u64;
  readonly si: u64;
  readonly r10: u64;
}

export const Change = struct({ pid: u32, kind: u8, comm: chars(16), from: chars(64), to: chars(64) });
export const events = ringBuffer(Change, { bytes: 262144 });

export const onEnter = rawTracepoint("sys_enter", (ctx: RawTracepointContext<[Ptr<bpfCorePtRegs>, i64]>) => {
  const id = ctx.args[1];
  const regs = ctx.args[0];
  let kind: u8 = 0;
  let from: u64 = 0n;
  let to: u64 = 0n;
  if (id === 87n) {
    kind = 1;
    from = regs.di;
  } else if (id === 263n) {
    kind = 1;
    from = regs.si;
  } else if (id === 82n) {
    kind = 2;
    from = regs.di;
    to = regs.si;
  } else if (id === 316n) {
    kind = 2;
    from = regs.si;
    to = regs.r10;
  } else {
    return;
  }
  using event = events.reserve();
  if (!event) return;
  event.pid = u32(bpfGetCurrentPidTgid() >> 32n);
  event.kind = kind;
  bpfGetCurrentComm(event.comm);
  bpfProbeReadUserStr(event.from, from);
  event.to[0] = 0;
  if (to !== 0n) bpfProbeReadUserStr(event.to, to);
  event.submit();
});
