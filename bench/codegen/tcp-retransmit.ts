// TCP retransmissions by connection: how many, and in which state the connection was.
import { hashMap, type Ptr, rawTracepoint, type RawTracepointContext, struct, u16, u32, u64, u8 } from "tsbpf";

interface bpfCoreSockCommon {
  readonly skc_daddr: u32;
  readonly skc_rcv_saddr: u32;
  readonly skc_dport: u16;
  readonly skc_num: u16;
  readonly skc_family: u16;
  readonly skc_state: u8;
}
interface bpfCoreSock {
  readonly __sk_common: bpfCoreSockCommon;
}

const Flow = struct({ saddr: u32, daddr: u32, sport: u16, dport: u16, family: u16 });
const Stat = struct({ count: u64, lastState: u8, states: u32 });
export const flows = hashMap(Flow, Stat, { maxEntries: 4096 });

export const onRetransmit = rawTracepoint(
  "tcp_retransmit_skb",
  (ctx: RawTracepointContext<[Ptr<bpfCoreSock>, u64]>) => {
    const common = ctx.args[0].__sk_common;
    const flow = Flow({ sport: common.skc_num, family: common.skc_family });
    flow.saddr = common.skc_rcv_saddr;
    flow.daddr = common.skc_daddr;
    const port = common.skc_dport;
    flow.dport = u16((port << 8) | (port >> 8));
    const state = common.skc_state;
    const stat = flows.get(flow);
    if (!stat) {
      flows.set(flow, Stat({ count: 1n, lastState: state, states: u32(1 << state) }));
      return;
    }
    stat.count += 1n;
    stat.lastState = state;
    stat.states = u32(stat.states | (1 << state));
  },
);
