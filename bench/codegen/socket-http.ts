// A socket that only gets TCP packets of web ports, cut to their first 128 bytes; the others are counted by type.
import { bpfSkbLoadBytes, hashMap, ntohs, socketFilter, u16, u64 } from "tsbpf";
import { Ipv4, protocolTcp, Tcp, typeIpv4 } from "./packets.js";

export const others = hashMap(u16, u64, { maxEntries: 256 });

export const http = socketFilter((ctx) => {
  const type = u16(ctx.protocol);
  if (type !== typeIpv4) {
    const count = others.ref(type);
    if (count) count.value += 1n;
    else others.set(type, 1n);
    return 0;
  }
  const ip = Ipv4();
  if (bpfSkbLoadBytes(ctx, 0, ip) !== 0n || ip.protocol !== protocolTcp) return 0;
  const tcp = Tcp();
  if (bpfSkbLoadBytes(ctx, (ip.versionIhl & 15) * 4, tcp) !== 0n) return 0;
  const source = ntohs(tcp.source);
  const destination = ntohs(tcp.destination);
  if (source !== 80 && source !== 8080 && destination !== 80 && destination !== 8080) return 0;
  return Math.min(ctx.len, 128);
});
