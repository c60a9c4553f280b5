// Takes packets apart (Ethernet, up to two VLAN tags, IPv4 or IPv6, TCP or UDP) and counts bytes and packets by flow.
import { array, lruHashMap, struct, u16, u32, u64, u8, xdp, XdpAction } from "tsbpf";
import {
  Ethernet,
  Ipv4,
  Ipv6,
  protocolTcp,
  protocolUdp,
  Tcp,
  typeIpv4,
  typeIpv6,
  typeQinq,
  typeVlan,
  Udp,
  Vlan,
} from "./packets.js";

const Flow = struct({
  source: array(u32, 4),
  destination: array(u32, 4),
  sport: u16,
  dport: u16,
  vlan: u16,
  protocol: u8,
  version: u8,
});
const Stat = struct({ packets: u64, bytes: u64, flags: u8 });
export const flows = lruHashMap(Flow, Stat, { maxEntries: 16384 });

export const parse = xdp((ctx) => {
  const packet = ctx.packet;
  const ethernet = packet.view(0, Ethernet);
  if (!ethernet) return XdpAction.DROP;
  const flow = Flow();
  let type = ethernet.type;
  let offset: u8 = 14;
  for (let i = 0; i < 2; i++) {
    if (type !== typeVlan && type !== typeQinq) break;
    const vlan = packet.view(offset & 63, Vlan);
    if (!vlan) return XdpAction.DROP;
    flow.vlan = vlan.tci;
    type = vlan.type;
    offset = u8(offset + 4);
  }
  let transport: u8 = 0;
  if (type === typeIpv4) {
    const ip = packet.view(offset & 63, Ipv4);
    if (!ip) return XdpAction.DROP;
    flow.source[0] = ip.source;
    flow.destination[0] = ip.destination;
    flow.protocol = ip.protocol;
    flow.version = 4;
    transport = u8(offset + (ip.versionIhl & 15) * 4);
  } else if (type === typeIpv6) {
    const ip = packet.view(offset & 63, Ipv6);
    if (!ip) return XdpAction.DROP;
    flow.source = ip.source;
    flow.destination = ip.destination;
    flow.protocol = ip.nextHeader;
    flow.version = 6;
    transport = u8(offset + 40);
  } else {
    return XdpAction.PASS;
  }
  let flags: u8 = 0;
  if (flow.protocol === protocolTcp) {
    const tcp = packet.view(transport & 127, Tcp);
    if (!tcp) return XdpAction.DROP;
    flow.sport = tcp.source;
    flow.dport = tcp.destination;
    flags = tcp.flags;
  } else if (flow.protocol === protocolUdp) {
    const udp = packet.view(transport & 127, Udp);
    if (!udp) return XdpAction.DROP;
    flow.sport = udp.source;
    flow.dport = udp.destination;
  }
  const length = u64(packet.length);
  const stat = flows.get(flow);
  if (stat) {
    stat.packets += 1n;
    stat.bytes += length;
    stat.flags = u8(stat.flags | flags);
  } else {
    flows.set(flow, Stat({ packets: 1n, bytes: length, flags }));
  }
  return XdpAction.PASS;
});
