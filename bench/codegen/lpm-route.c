#include "packets.h"

struct Prefix {
  u32 bits;
  u32 address;
};
struct Hop {
  u8 from[6];
  u8 to[6];
  u64 packets;
  u64 bytes;
};
struct {
  __uint(type, BPF_MAP_TYPE_LPM_TRIE);
  __uint(max_entries, 1024);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, struct Prefix);
  __type(value, u32);
} routes SEC(".maps");
ARRAY_MAP(hops, struct Hop, 64);

SEC("xdp")
int route(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  struct Ethernet *ethernet = data;
  if ((void *)(ethernet + 1) > end || ethernet->type != TYPE_IPV4) return XDP_PASS;
  struct Ipv4 *ip = (void *)(ethernet + 1);
  if ((void *)(ip + 1) > end || ip->ttl <= 1) return XDP_PASS;
  struct Prefix prefix = {.bits = 32, .address = ip->destination};
  u32 *index = bpf_map_lookup_elem(&routes, &prefix);
  if (!index) return XDP_PASS;
  struct Hop *hop = bpf_map_lookup_elem(&hops, index);
  if (!hop) return XDP_DROP;
  ip->ttl -= 1;
  // The checksum of the header, after a byte of it went down by one (RFC 1141).
  u32 sum = (u32)ip->checksum + 1;
  ip->checksum = sum + (sum >> 16);
  __builtin_memcpy(ethernet->source, hop->from, 6);
  __builtin_memcpy(ethernet->destination, hop->to, 6);
  hop->packets += 1;
  hop->bytes += end - data;
  return XDP_TX;
}

GPL;
