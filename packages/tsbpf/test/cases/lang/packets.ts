// Packets: views at constant and bounded offsets, what is stored through them, byte order.
import {
  arrayMap, bytes, chars, hashMap, htons, ntohs, struct, tc, TcAction, u16, u32, u64, u8, xdp, XdpAction, type Value,
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

const Labels = struct({ size: u8, text: bytes(11) });

/** Each round adds what it read, and one more where that is large. */
export const weigh = xdp((ctx) => {
  const first = ctx.packet.view(14, u8);
  if (!first) return XdpAction.PASS;
  let sum = 0;
  for (let i = 0; i < 63; i++) {
    const byte = ctx.packet.view(14 + (first & 15) * 4 + i, u8);
    if (byte === undefined) return sum > 100 ? XdpAction.DROP : XdpAction.ABORTED;
    if (byte > 8) sum++;
    sum += byte;
  }
  return sum > 7000 ? XdpAction.PASS : XdpAction.TX;
});

/** Counts by adding 0 or 1. */
export const dots = xdp((ctx) => {
  let found = 0;
  let even = 0;
  for (let i = 0; i < 63; i++) {
    const byte = ctx.packet.view(i, u8);
    if (byte === undefined) break;
    found += byte < 46 ? 1 : 0;
    even += (byte & 1) === 0 ? 2 : 1;
  }
  return found > 10 ? (even > 60 ? XdpAction.TX : XdpAction.DROP) : XdpAction.PASS;
});

/** As removing a tag does: views that overlap, upwards and downwards. */
export const shiftUp = xdp((ctx) => {
  const from = ctx.packet.view(0, Labels);
  const to = ctx.packet.view(4, Labels);
  if (!from || !to) return XdpAction.PASS;
  to.text = from.text;
  return XdpAction.TX;
});

export const shiftDown = xdp((ctx) => {
  const first = ctx.packet.view(14, u8);
  if (first === undefined) return XdpAction.PASS;
  const from = ctx.packet.view(14 + (first & 7), Ethernet);
  const to = ctx.packet.view(12, Ethernet);
  if (!from || !to) return XdpAction.PASS;
  to.source = from.target;
  to.target = from.source;
  return XdpAction.TX;
});

const Line = struct({ text: chars(16) });

/** Text in a view has the methods of text. */
export const requests = xdp((ctx) => {
  const line = ctx.packet.view(14, Line);
  if (!line) return XdpAction.PASS;
  if (line.text.startsWith("E") || line.text.includes("ab") || line.text.equals("GET")) return XdpAction.DROP;
  return line.text[3] > 64 ? XdpAction.TX : XdpAction.PASS;
});

/** Offsets that several operations bound. */
export const options = xdp((ctx) => {
  const first = ctx.packet.view(14, u8);
  if (first === undefined) return XdpAction.PASS;
  const header = 14 + (first & 60);
  const length = ctx.packet.view(header + 8 + 12 + (first & 15), u8);
  if (length === undefined) return XdpAction.PASS;
  const last = ctx.packet.view(header + ((length & 3) << 2) + ((first >> 4) & 15) * 4, u8);
  return last === undefined ? XdpAction.TX : last > 100 ? XdpAction.DROP : XdpAction.ABORTED;
});

const Option = struct({ kind: u8, size: u8, value: u16 });

/** The offset is a sum of what was read: the verifier is shown that it is in reach. */
export const walk = xdp((ctx) => {
  let offset = 14;
  let n = 0;
  for (let i = 0; i < 6; i++) {
    const option = ctx.packet.view(offset, Option);
    if (!option) break;
    offset += (option.size & 7) * 2 + 4;
    if (option.kind > 128) {
      option.value = u16(n);
      n += option.value + i;
    }
  }
  const last = ctx.packet.view(offset - 4, u32);
  return last === undefined ? XdpAction.DROP : n > 3 ? XdpAction.TX : XdpAction.PASS;
});

/** From the packet's end, which may be before its start. */
export const trailer = xdp((ctx) => {
  const word = ctx.packet.view(ctx.packet.length - 4, u32);
  const option = ctx.packet.view(ctx.packet.length - 60, Option);
  if (word === undefined) return XdpAction.ABORTED;
  if (!option) return XdpAction.PASS;
  option.kind = u8(word);
  return word > 0x7fffffff ? XdpAction.DROP : XdpAction.TX;
});

/** Offsets of any size, negative ones too; what is behind the packet is missing. */
export const far = xdp((ctx) => {
  const first = ctx.packet.view(14, u32);
  const second = ctx.packet.view(18, u8);
  if (first === undefined || second === undefined) return XdpAction.PASS;
  const there = ctx.packet.view(first, u16);
  const scaled = ctx.packet.view((second - 20) * 300, u8);
  const near = ctx.packet.view(second - 100, Option);
  let answer = there === undefined ? 0 : 1;
  if (scaled !== undefined) answer += 2;
  if (near) answer += near.size > 100 ? 1 : 2;
  return answer > 2 ? XdpAction.TX : answer === 0 ? XdpAction.PASS : XdpAction.DROP;
});

/** Labels with their lengths before them, as in a DNS name, behind headers of any length. */
export const names = xdp((ctx) => {
  let offset = 14;
  for (let i = 0; i < 3; i++) {
    const kind = ctx.packet.view(offset, u8);
    const size = ctx.packet.view(offset + 1, u8);
    if (kind === undefined || size === undefined || kind < 100) break;
    offset += (size & 3) + 2;
  }
  let hash: u32 = u32(2166136261);
  let left = 0;
  let labels = 0;
  for (let i = 0; i < 40; i++) {
    const byte = ctx.packet.view(offset + i, u8);
    if (byte === undefined || byte === 0) break;
    if (left === 0) {
      left = byte & 15;
      labels += 1;
    } else {
      left -= 1;
      hash = u32(Math.imul(hash ^ byte, 16777619));
    }
  }
  return labels > 4 ? XdpAction.DROP : hash % 3 === 0 ? XdpAction.TX : XdpAction.PASS;
});
