// A token bucket for each IPv4 source: ten packets at once, then one each millisecond.
import { bpfKtimeGetNs, lruHashMap, perCpuArray, struct, u32, u64, xdp, XdpAction } from "tsbpf";
import { Ethernet, Ipv4, typeIpv4 } from "./packets.js";

const Bucket = struct({ at: u64, tokens: u64, dropped: u64 });
export const buckets = lruHashMap(u32, Bucket, { maxEntries: 65536 });
export const dropped = perCpuArray(u64, { maxEntries: 1 });

const burst = 10n;
const interval = 1000000n;

export const limit = xdp((ctx) => {
  const ethernet = ctx.packet.view(0, Ethernet);
  if (!ethernet || ethernet.type !== typeIpv4) return XdpAction.PASS;
  const ip = ctx.packet.view(14, Ipv4);
  if (!ip) return XdpAction.PASS;
  const source = ip.source;
  const now = bpfKtimeGetNs();
  const bucket = buckets.get(source);
  if (!bucket) {
    buckets.set(source, Bucket({ at: now, tokens: burst - 1n }));
    return XdpAction.PASS;
  }
  const earned = u64(u64(now - bucket.at) / interval);
  if (earned > 0n) {
    const tokens = u64(bucket.tokens + earned);
    bucket.tokens = tokens > burst ? burst : tokens;
    bucket.at += u64(earned * interval);
  }
  if (bucket.tokens === 0n) {
    bucket.dropped += 1n;
    const total = dropped.ref(0);
    if (total) total.value += 1n;
    return XdpAction.DROP;
  }
  bucket.tokens -= 1n;
  return XdpAction.PASS;
});
