// Routes packets by their longest prefix: lowers the time to live, rewrites the addresses of the link.
import { arrayMap, bytes, lpmTrie, struct, u16, u32, u64, xdp, XdpAction } from "tsbpf";
import { Ethernet, Ipv4, typeIpv4 } from "./packets.js";

const Prefix = struct({ bits: u32, address: u32 });
const Hop = struct({ from: bytes(6), to: bytes(6), packets: u64, bytes: u64 });
export const routes = lpmTrie(Prefix, u32, { maxEntries: 1024 });
export const hops = arrayMap(Hop, { maxEntries: 64 });

export const route = xdp((ctx) => {
  const ethernet = ctx.packet.view(0, Ethernet);
  if (!ethernet || ethernet.type !== typeIpv4) return XdpAction.PASS;
  const ip = ctx.packet.view(14, Ipv4);
  if (!ip || ip.ttl <= 1) return XdpAction.PASS;
  const index = routes.get(Prefix({ bits: 32, address: ip.destination }));
  if (index === undefined) return XdpAction.PASS;
  const hop = hops.get(index);
  if (!hop) return XdpAction.DROP;
  ip.ttl -= 1;
  // The checksum of the header, after a byte of it went down by one (RFC 1141).
  const sum = u32(ip.checksum + 1);
  ip.checksum = u16(sum + (sum >>> 16));
  ethernet.source = hop.from;
  ethernet.destination = hop.to;
  hop.packets += 1n;
  hop.bytes += u64(ctx.packet.length);
  return XdpAction.TX;
});
