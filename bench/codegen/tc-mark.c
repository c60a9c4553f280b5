#include "packets.h"

#define TC_ACT_UNSPEC -1
#define TC_ACT_OK 0
#define TC_ACT_SHOT 2

struct Range {
  u16 from;
  u16 to;
  u32 mark;
  u64 packets;
};
ARRAY_MAP(ranges, struct Range, 8);

SEC("tcx/ingress")
int mark(struct __sk_buff *ctx) {
  void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  struct Ethernet *ethernet = data;
  if ((void *)(ethernet + 1) > end || ethernet->type != TYPE_IPV4) return TC_ACT_OK;
  struct Ipv4 *ip = (void *)(ethernet + 1);
  if ((void *)(ip + 1) > end) return TC_ACT_OK;
  ctx->priority = ip->tos >> 5;
  if (ip->protocol != PROTOCOL_TCP && ip->protocol != PROTOCOL_UDP) return TC_ACT_OK;
  struct Udp *transport = (void *)ip + (ip->versionIhl & 15) * 4;
  if ((void *)(transport + 1) > end) return TC_ACT_SHOT;
  u16 port = bpf_ntohs(transport->destination);
  for (u32 i = 0; i < 8; i++) {
    u32 key = i;
    struct Range *range = bpf_map_lookup_elem(&ranges, &key);
    if (!range || range->to == 0) break;
    if (port < range->from || port > range->to) continue;
    ctx->mark = range->mark;
    range->packets += 1;
    return TC_ACT_OK;
  }
  return TC_ACT_UNSPEC;
}

GPL;
