#include "packets.h"

HASH_MAP(blocked, u16, u8, 1024);
PER_CPU_ARRAY(counters, u64, 3);

inline_always void count(u32 index) {
  u64 *counter = bpf_map_lookup_elem(&counters, &index);
  if (counter) *counter += 1;
}

SEC("xdp")
int drop(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  struct Ethernet *ethernet = data;
  if ((void *)(ethernet + 1) > end || ethernet->type != TYPE_IPV4) return XDP_PASS;
  struct Ipv4 *ip = (void *)(ethernet + 1);
  if ((void *)(ip + 1) > end) return XDP_PASS;
  if (ip->protocol != PROTOCOL_TCP && ip->protocol != PROTOCOL_UDP) return XDP_PASS;
  struct Udp *transport = (void *)ip + (ip->versionIhl & 15) * 4;
  if ((void *)(transport + 1) > end) {
    count(2);
    return XDP_DROP;
  }
  u16 port = bpf_ntohs(transport->destination);
  if (bpf_map_lookup_elem(&blocked, &port)) {
    count(1);
    return XDP_DROP;
  }
  count(0);
  return XDP_PASS;
}

GPL;
