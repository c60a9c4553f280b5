// A load balancer: packets to a virtual address go to one of its servers, chosen by a hash of the flow; addresses and
// checksums are rewritten in place.
import { arrayMap, bytes, hashMap, struct, u16, u32, u64, type Value, xdp, XdpAction } from "tsbpf";
import { Ethernet, Ipv4, protocolTcp, Tcp, typeIpv4 } from "./packets.js";

const Service = struct({ address: u32, port: u16, pad: u16 });
const Pool = struct({ first: u32, count: u32 });
const Server = struct({ address: u32, mac: bytes(6), packets: u64 });
export const services = hashMap(Service, Pool, { maxEntries: 256 });
export const servers = arrayMap(Server, { maxEntries: 1024 });

function hashFlow(ip: Value<typeof Ipv4>, tcp: Value<typeof Tcp>): u32 {
  let h = u32(ip.source ^ ((tcp.source << 16) | tcp.destination));
  h = u32(Math.imul(h ^ (h >>> 16), 0x7feb352d));
  h = u32(Math.imul(h ^ (h >>> 15), 0x846ca68b));
  return u32(h ^ (h >>> 16));
}

/** A checksum after one 32-bit word of what it covers has changed (RFC 1624). */
function adjust(checksum: u16, from: u32, to: u32): u16 {
  let sum = u32((~checksum & 0xffff) + (~from & 0xffff) + (~from >>> 16) + (to & 0xffff) + (to >>> 16));
  sum = u32((sum & 0xffff) + (sum >>> 16));
  sum = u32((sum & 0xffff) + (sum >>> 16));
  return u16(~sum);
}

export const balance = xdp((ctx) => {
  const ethernet = ctx.packet.view(0, Ethernet);
  if (!ethernet || ethernet.type !== typeIpv4) return XdpAction.PASS;
  const ip = ctx.packet.view(14, Ipv4);
  if (!ip || ip.versionIhl !== 0x45 || ip.protocol !== protocolTcp) return XdpAction.PASS;
  const tcp = ctx.packet.view(34, Tcp);
  if (!tcp) return XdpAction.PASS;
  const pool = services.get(Service({ address: ip.destination, port: tcp.destination }));
  if (!pool || pool.count === 0) return XdpAction.PASS;
  const server = servers.get(u32(pool.first + u32(hashFlow(ip, tcp) % pool.count)));
  if (!server) return XdpAction.DROP;
  const before = ip.destination;
  const after = server.address;
  ip.checksum = adjust(ip.checksum, before, after);
  tcp.checksum = adjust(tcp.checksum, before, after);
  ip.destination = after;
  ethernet.source = ethernet.destination;
  ethernet.destination = server.mac;
  server.packets += 1n;
  return XdpAction.TX;
});
