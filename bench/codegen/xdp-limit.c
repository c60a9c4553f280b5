#include "packets.h"

struct Bucket {
  u64 at;
  u64 tokens;
  u64 dropped;
};
LRU_HASH_MAP(buckets, u32, struct Bucket, 65536);
PER_CPU_ARRAY(dropped, u64, 1);

#define BURST 10
#define INTERVAL 1000000

SEC("xdp")
int limit(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  struct Ethernet *ethernet = data;
  if ((void *)(ethernet + 1) > end || ethernet->type != TYPE_IPV4) return XDP_PASS;
  struct Ipv4 *ip = (void *)(ethernet + 1);
  if ((void *)(ip + 1) > end) return XDP_PASS;
  u32 source = ip->source;
  u64 now = bpf_ktime_get_ns();
  struct Bucket *bucket = bpf_map_lookup_elem(&buckets, &source);
  if (!bucket) {
    struct Bucket first = {.at = now, .tokens = BURST - 1};
    bpf_map_update_elem(&buckets, &source, &first, BPF_ANY);
    return XDP_PASS;
  }
  u64 earned = (now - bucket->at) / INTERVAL;
  if (earned > 0) {
    u64 tokens = bucket->tokens + earned;
    bucket->tokens = tokens > BURST ? BURST : tokens;
    bucket->at += earned * INTERVAL;
  }
  if (bucket->tokens == 0) {
    bucket->dropped += 1;
    u32 zero = 0;
    u64 *total = bpf_map_lookup_elem(&dropped, &zero);
    if (total) *total += 1;
    return XDP_DROP;
  }
  bucket->tokens -= 1;
  return XDP_PASS;
}

GPL;
