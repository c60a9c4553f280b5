#include "packets.h"

struct {
  __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
  __uint(max_entries, 256);
  __uint(key_size, sizeof(u32));
  __uint(value_size, sizeof(u32));
} handlers SEC(".maps");
PER_CPU_ARRAY(counters, u64, 4);

inline_always void count(u32 index) {
  u64 *counter = bpf_map_lookup_elem(&counters, &index);
  if (counter) *counter += 1;
}

SEC("xdp")
int dispatch(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  struct Ethernet *ethernet = data;
  if ((void *)(ethernet + 1) > end || ethernet->type != TYPE_IPV4) return XDP_PASS;
  struct Ipv4 *ip = (void *)(ethernet + 1);
  if ((void *)(ip + 1) > end) return XDP_DROP;
  bpf_tail_call(ctx, &handlers, ip->protocol);
  count(0);
  return XDP_PASS;
}

SEC("xdp")
int onTcp(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  struct Tcp *tcp = data + 34;
  if ((void *)(tcp + 1) > end) return XDP_DROP;
  count(1);
  return tcp->flags & 2 ? XDP_TX : XDP_PASS;
}

SEC("xdp")
int onUdp(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  struct Udp *udp = data + 34;
  if ((void *)(udp + 1) > end || udp->destination == 0) return XDP_DROP;
  count(2);
  return XDP_PASS;
}

GPL;
