// Drops TCP and UDP packets to the ports of a set; counts on each CPU what it dropped and what it let pass.
import { hashMap, ntohs, perCpuArray, u16, u64, u8, xdp, XdpAction } from "tsbpf";
import { Ethernet, Ipv4, protocolTcp, protocolUdp, typeIpv4, Udp } from "./packets.js";

export const blocked = hashMap(u16, u8, { maxEntries: 1024 });
export const counters = perCpuArray(u64, { maxEntries: 3 });

function count(index: number): void {
  const counter = counters.ref(index);
  if (counter) counter.value += 1n;
}

export const drop = xdp((ctx) => {
  const ethernet = ctx.packet.view(0, Ethernet);
  if (!ethernet || ethernet.type !== typeIpv4) return XdpAction.PASS;
  const ip = ctx.packet.view(14, Ipv4);
  if (!ip) return XdpAction.PASS;
  if (ip.protocol !== protocolTcp && ip.protocol !== protocolUdp) return XdpAction.PASS;
  const transport = ctx.packet.view(14 + (ip.versionIhl & 15) * 4, Udp);
  if (!transport) {
    count(2);
    return XdpAction.DROP;
  }
  const port = ntohs(transport.destination);
  if (blocked.has(port)) {
    count(1);
    return XdpAction.DROP;
  }
  count(0);
  return XdpAction.PASS;
});
