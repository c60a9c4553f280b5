// TCP connections that this machine opens: how long the handshake took, and between which ends.
import {
  bpfCoreAddressOf,
  bpfGetCurrentComm,
  bpfGetCurrentPidTgid,
  bpfKtimeGetNs,
  chars,
  hashMap,
  i32,
  perfEventArray,
  type Ptr,
  rawTracepoint,
  type RawTracepointContext,
  struct,
  u16,
  u32,
  u64,
} from "tsbpf";

interface bpfCoreSockCommon {
  readonly skc_daddr: u32;
  readonly skc_rcv_saddr: u32;
  readonly skc_dport: u16;
  readonly skc_num: u16;
  readonly skc_family: u16;
}
interface bpfCoreSock {
  readonly __sk_common: bpfCoreSockCommon;
}

const established = 1;
const synSent = 2;
const inet = 2;

const Start = struct({ at: u64, pid: u32, comm: chars(16) });
export const Connect = struct({
  took: u64,
  pid: u32,
  saddr: u32,
  daddr: u32,
  sport: u16,
  dport: u16,
  comm: chars(16),
});
export const starts = hashMap(u64, Start, { maxEntries: 4096 });
export const events = perfEventArray(Connect);

export const onState = rawTracepoint(
  "inet_sock_set_state",
  (ctx: RawTracepointContext<[Ptr<bpfCoreSock>, i32, i32]>) => {
    const sock = ctx.args[0];
    const key = bpfCoreAddressOf(sock);
    const common = sock.__sk_common;
    if (common.skc_family !== inet) return;
    const state = ctx.args[2];
    if (state === synSent) {
      const start = Start({ at: bpfKtimeGetNs(), pid: u32(bpfGetCurrentPidTgid() >> 32n) });
      bpfGetCurrentComm(start.comm);
      starts.set(key, start);
      return;
    }
    const start = starts.get(key);
    if (!start) return;
    if (state === established) {
      const event = Connect({ took: u64(bpfKtimeGetNs() - start.at), pid: start.pid, comm: start.comm });
      event.saddr = common.skc_rcv_saddr;
      event.daddr = common.skc_daddr;
      event.sport = common.skc_num;
      event.dport = u16((common.skc_dport << 8) | (common.skc_dport >> 8));
      events.output(ctx, event);
    }
    starts.delete(key);
  },
);
