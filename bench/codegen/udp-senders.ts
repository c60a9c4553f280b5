// UDP: bytes and calls of each sender and destination port, at the entry of udp_sendmsg.
import {
  bpfGetCurrentComm,
  bpfGetCurrentPidTgid,
  chars,
  hashMap,
  kprobe,
  type KprobeContext,
  type Ptr,
  struct,
  u16,
  u32,
  u64,
} from "tsbpf";

interface bpfCoreSockCommon {
  readonly skc_dport: u16;
  readonly skc_family: u16;
}
interface bpfCoreSock {
  readonly __sk_common: bpfCoreSockCommon;
}

const Sender = struct({ pid: u32, family: u16, port: u16, comm: chars(16) });
const Stat = struct({ calls: u64, bytes: u64, largest: u64 });
export const senders = hashMap(Sender, Stat, { maxEntries: 4096 });

export const onSend = kprobe("udp_sendmsg", (ctx: KprobeContext<[Ptr<bpfCoreSock>, u64, u64]>) => {
  const common = ctx.args[0].__sk_common;
  const bytes = ctx.args[2];
  const sender = Sender({ pid: u32(bpfGetCurrentPidTgid() >> 32n), family: common.skc_family });
  const port = common.skc_dport;
  sender.port = u16((port << 8) | (port >> 8));
  bpfGetCurrentComm(sender.comm);
  const stat = senders.get(sender);
  if (!stat) {
    senders.set(sender, Stat({ calls: 1n, bytes, largest: bytes }));
    return;
  }
  stat.calls += 1n;
  stat.bytes += bytes;
  if (bytes > stat.largest) stat.largest = bytes;
});
