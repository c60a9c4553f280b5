// Bytes that leave the machine, by interface and protocol, and by IPv4 destination network of 24 bits.
import { hashMap, perCpuHashMap, struct, tc, TcAction, u32, u64, u8 } from "tsbpf";
import { Ethernet, Ipv4, Ipv6, typeIpv4, typeIpv6 } from "./packets.js";

const Key = struct({ interface: u32, version: u8, protocol: u8 });
const Stat = struct({ packets: u64, bytes: u64 });
export const totals = perCpuHashMap(Key, Stat, { maxEntries: 512 });
export const networks = hashMap(u32, u64, { maxEntries: 8192 });

export const count = tc("egress", (ctx) => {
  const ethernet = ctx.packet.view(0, Ethernet);
  if (!ethernet) return TcAction.OK;
  const key = Key({ interface: ctx.ifindex });
  const length = u64(ctx.len);
  if (ethernet.type === typeIpv4) {
    const ip = ctx.packet.view(14, Ipv4);
    if (!ip) return TcAction.OK;
    key.version = 4;
    key.protocol = ip.protocol;
    const network = u32(ip.destination & 0xffffff);
    const bytes = networks.ref(network);
    if (bytes) bytes.value += length;
    else networks.set(network, length);
  } else if (ethernet.type === typeIpv6) {
    const ip = ctx.packet.view(14, Ipv6);
    if (!ip) return TcAction.OK;
    key.version = 6;
    key.protocol = ip.nextHeader;
  }
  const stat = totals.get(key);
  if (stat) {
    stat.packets += 1n;
    stat.bytes += length;
  } else {
    totals.set(key, Stat({ packets: 1n, bytes: length }));
  }
  return TcAction.OK;
});
