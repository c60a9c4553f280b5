// Marks packets by what they are: a class for each port range from a table, priority by the type of service.
import { arrayMap, ntohs, struct, tc, TcAction, u16, u32, u64 } from "tsbpf";
import { Ethernet, Ipv4, protocolTcp, protocolUdp, typeIpv4, Udp } from "./packets.js";

const Range = struct({ from: u16, to: u16, mark: u32, packets: u64 });
export const ranges = arrayMap(Range, { maxEntries: 8 });

export const mark = tc("ingress", (ctx) => {
  const ethernet = ctx.packet.view(0, Ethernet);
  if (!ethernet || ethernet.type !== typeIpv4) return TcAction.OK;
  const ip = ctx.packet.view(14, Ipv4);
  if (!ip) return TcAction.OK;
  ctx.priority = u32(ip.tos >> 5);
  if (ip.protocol !== protocolTcp && ip.protocol !== protocolUdp) return TcAction.OK;
  const transport = ctx.packet.view(14 + (ip.versionIhl & 15) * 4, Udp);
  if (!transport) return TcAction.SHOT;
  const port = ntohs(transport.destination);
  for (let i = 0; i < 8; i++) {
    const range = ranges.get(i);
    if (!range || range.to === 0) break;
    if (port < range.from || port > range.to) continue;
    ctx.mark = range.mark;
    range.packets += 1n;
    return TcAction.OK;
  }
  return TcAction.UNSPEC;
});
