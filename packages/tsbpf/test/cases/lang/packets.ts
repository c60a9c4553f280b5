// Packets: views at constant and bounded offsets, what is stored through them, byte order.
import {
  arrayMap, bytes, hashMap, htons, ntohs, struct, tc, TcAction, u16, u32, u64, u8, xdp, XdpAction, type Value,
  type XdpContext,
} from "tsbpf";

const Ethernet = struct({ target: bytes(6), source: bytes(6), protocol: u16 });
const Ipv4 = struct({
  versionIhl: u8, tos: u8, length: u16, id: u16, fragment: u16, ttl: u8, protocol: u8, check: u16, source: u32,
  target: u32,
});
const Ports = struct({ source: u16, target: u16 });
const ipv4 = htons(0x0800);

export const bytesByPort = hashMap(u32, u64, { maxEntries: 128 });
export const lengths = arrayMap(u32, { maxEntries: 1 });

function ipHeader(ctx: XdpContext): Value<typeof Ipv4> | undefined {
  const ethernet = ctx.packet.view(0, Ethernet);
  if (ethernet?.protocol !== ipv4) return undefined;
  return ctx.packet.view(14, Ipv4);
}

/** A variable offset has its bound from the mask. */
export const countPorts = xdp((ctx) => {
  const ip = ipHeader(ctx);
  if (!ip) return XdpAction.PASS;
  const ports = ctx.packet.view(14 + (ip.versionIhl & 15) * 4, Ports);
  if (!ports) return XdpAction.ABORTED;
  const port = u32(ntohs(ports.target));
  const sum = bytesByPort.ref(port);
  if (sum) sum.value += u64(ctx.packet.length);
  else bytesByPort.set(port, u64(ctx.packet.length));
  return port === 81 ? XdpAction.DROP : XdpAction.PASS;
});

/** Views are live: the packet itself changes. */
export const answer = xdp((ctx) => {
  const ethernet = ctx.packet.view(0, Ethernet);
  const ip = ctx.packet.view(14, Ipv4);
  if (!ethernet || !ip) return XdpAction.PASS;
  const source = ip.source;
  ip.source = ip.target;
  ip.target = source;
  ip.ttl -= 1;
  ethernet.source[5] = 7;
  return XdpAction.TX;
});

/** Of what was not copied before, nothing is known after a helper that may move the packet. */
export const mark = tc("ingress", (ctx) => {
  const protocol = ctx.packet.view(12, u16);
  if (protocol !== ipv4) return TcAction.UNSPEC;
  lengths.set(0, ctx.packet.length);
  ctx.mark = ctx.mark + 1;
  ctx.cb[2] = ctx.len;
  ctx.tstamp = 0n;
  return ctx.priority > 6 ? TcAction.SHOT : TcAction.OK;
});
