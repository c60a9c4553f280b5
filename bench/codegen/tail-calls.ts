// A dispatcher: the protocol of a packet says which program goes on with it.
import { perCpuArray, progArray, u64, xdp, XdpAction } from "tsbpf";
import { Ethernet, Ipv4, Tcp, typeIpv4, Udp } from "./packets.js";

export const handlers = progArray({ maxEntries: 256 });
export const counters = perCpuArray(u64, { maxEntries: 4 });

function count(index: number): void {
  const counter = counters.ref(index);
  if (counter) counter.value += 1n;
}

export const dispatch = xdp((ctx) => {
  const ethernet = ctx.packet.view(0, Ethernet);
  if (!ethernet || ethernet.type !== typeIpv4) return XdpAction.PASS;
  const ip = ctx.packet.view(14, Ipv4);
  if (!ip) return XdpAction.DROP;
  handlers.tailCall(ctx, ip.protocol);
  count(0);
  return XdpAction.PASS;
});

export const onTcp = xdp((ctx) => {
  const tcp = ctx.packet.view(34, Tcp);
  if (!tcp) return XdpAction.DROP;
  count(1);
  return (tcp.flags & 2) !== 0 ? XdpAction.TX : XdpAction.PASS;
});

export const onUdp = xdp((ctx) => {
  const udp = ctx.packet.view(34, Udp);
  if (!udp || udp.destination === 0) return XdpAction.DROP;
  count(2);
  return XdpAction.PASS;
});
