#include "twin.h"

struct Flow {
  u32 saddr;
  u32 daddr;
  u16 sport;
  u16 dport;
  u8 protocol;
  u8 pad;
  u16 vlan;
};
ARRAY_MAP(flows, struct Flow, 8);
ARRAY_MAP(buckets, u64, 64);

inline_always u32 rotl(u32 x, int by) {
  return (x << by) | (x >> (32 - by));
}

inline_always u32 mix(u32 hash, u32 word) {
  u32 k = rotl(word * 0xcc9e2d51, 15) * 0x1b873593;
  return rotl(hash ^ k, 13) * 5 + 0xe6546b64;
}

SEC("raw_tp/sys_enter")
int bucket(struct bpf_raw_tracepoint_args *ctx) {
  u32 index = ctx->args[0];
  struct Flow *flow = bpf_map_lookup_elem(&flows, &index);
  if (!flow) return 0;
  u32 h = mix(ctx->args[1], flow->saddr);
  h = mix(h, flow->daddr);
  h = mix(h, (u32)flow->sport << 16 | flow->dport);
  h = mix(h, (u32)flow->vlan << 16 | flow->protocol);
  h ^= 16;
  h = (h ^ (h >> 16)) * 0x85ebca6b;
  h = (h ^ (h >> 13)) * 0xc2b2ae35;
  h ^= h >> 16;
  u32 slot = h & 63;
  u64 *count = bpf_map_lookup_elem(&buckets, &slot);
  if (count) *count += 1;
  return h;
}

GPL;
