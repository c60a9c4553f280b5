// TCP connections from their first state to their end: how long they lived, and between which ends.
import {
  bpfCoreAddressOf,
  bpfGetCurrentPidTgid,
  bpfKtimeGetNs,
  hashMap,
  i32,
  type Ptr,
  rawTracepoint,
  type RawTracepointContext,
  ringBuffer,
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
  readonly sk_rcvbuf: i32;
  readonly sk_sndbuf: i32;
  readonly sk_mark: u32;
}

const close = 7;
const finWait1 = 4;

const Born = struct({ at: u64, pid: u32, states: u32 });
export const Life = struct({
  lived: u64,
  pid: u32,
  states: u32,
  saddr: u32,
  daddr: u32,
  mark: u32,
  receiveBuffer: i32,
  sendBuffer: i32,
  family: u16,
  sport: u16,
  dport: u16,
});
export const born = hashMap(u64, Born, { maxEntries: 8192 });
export const events = ringBuffer(Life, { bytes: 262144 });

export const onState = rawTracepoint(
  "inet_sock_set_state",
  (ctx: RawTracepointContext<[Ptr<bpfCoreSock>, i32, i32]>) => {
    const sock = ctx.args[0];
    const state = ctx.args[2];
    const key = bpfCoreAddressOf(sock);
    const known = born.get(key);
    // The process that opens or closes is the current one; later states come from the network.
    if (state < finWait1 || !known) {
      const pid = known && state >= 2 ? known.pid : u32(bpfGetCurrentPidTgid() >> 32n);
      const at = known ? known.at : bpfKtimeGetNs();
      born.set(key, Born({ at, pid, states: u32((known ? known.states : 0) | (1 << state)) }));
      return;
    }
    if (state !== close) {
      known.states = u32(known.states | (1 << state));
      return;
    }
    {
      using event = events.reserve();
      if (event) {
        event.lived = u64(bpfKtimeGetNs() - known.at);
        event.pid = known.pid;
        event.states = known.states;
        event.saddr = sock.__sk_common.skc_rcv_saddr;
        event.daddr = sock.__sk_common.skc_daddr;
        event.family = sock.__sk_common.skc_family;
        event.sport = sock.__sk_common.skc_num;
        event.dport = sock.__sk_common.skc_dport;
        event.mark = sock.sk_mark;
        event.receiveBuffer = sock.sk_rcvbuf;
        event.sendBuffer = sock.sk_sndbuf;
        event.submit();
      }
    }
    born.delete(key);
  },
);
