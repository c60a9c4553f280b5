// MurmurHash3 (32 bits) of a flow's key, which says in which of 64 buckets it is counted.
import { arrayMap, rawTracepoint, type RawTracepointContext, struct, u16, u32, u64, u8 } from "tsbpf";

const Flow = struct({ saddr: u32, daddr: u32, sport: u16, dport: u16, protocol: u8, pad: u8, vlan: u16 });
export const flows = arrayMap(Flow, { maxEntries: 8 });
export const buckets = arrayMap(u64, { maxEntries: 64 });

function rotl(x: number, by: number): number {
  return u32((x << by) | (x >>> (32 - by)));
}

function mix(hash: number, word: u32): number {
  const k = Math.imul(rotl(u32(Math.imul(word, 0xcc9e2d51)), 15), 0x1b873593);
  return u32(Math.imul(rotl(u32(hash ^ k), 13), 5) + 0xe6546b64);
}

export const bucket = rawTracepoint("sys_enter", (ctx: RawTracepointContext<[u32, u32]>) => {
  const flow = flows.get(ctx.args[0]);
  if (!flow) return 0;
  let h = mix(ctx.args[1], flow.saddr);
  h = mix(h, flow.daddr);
  h = mix(h, u32((flow.sport << 16) | flow.dport));
  h = mix(h, u32((flow.vlan << 16) | flow.protocol));
  h = u32(h ^ 16);
  h = u32(Math.imul(h ^ (h >>> 16), 0x85ebca6b));
  h = u32(Math.imul(h ^ (h >>> 13), 0xc2b2ae35));
  h = u32(h ^ (h >>> 16));
  const count = buckets.ref(h & 63);
  if (count) count.value += 1n;
  return h;
});
