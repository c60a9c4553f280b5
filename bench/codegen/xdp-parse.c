#include "packets.h"

struct Flow {
  u32 source[4];
  u32 destination[4];
  u16 sport;
  u16 dport;
  u16 vlan;
  u8 protocol;
  u8 version;
};
struct Stat {
  u64 packets;
  u64 bytes;
  u8 flags;
};
LRU_HASH_MAP(flows, struct Flow, struct Stat, 16384);

SEC("xdp")
int parse(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  struct Ethernet *ethernet = data;
  if ((void *)(ethernet + 1) > end) return XDP_DROP;
  struct Flow flow = {};
  u16 type = ethernet->type;
  void *next = ethernet + 1;
#pragma unroll
  for (int i = 0; i < 2; i++) {
    if (type != TYPE_VLAN && type != TYPE_QINQ) break;
    struct Vlan *vlan = next;
    if ((void *)(vlan + 1) > end) return XDP_DROP;
    flow.vlan = vlan->tci;
    type = vlan->type;
    next = vlan + 1;
  }
  if (type == TYPE_IPV4) {
    struct Ipv4 *ip = next;
    if ((void *)(ip + 1) > end) return XDP_DROP;
    flow.source[0] = ip->source;
    flow.destination[0] = ip->destination;
    flow.protocol = ip->protocol;
    flow.version = 4;
    next += (ip->versionIhl & 15) * 4;
  } else if (type == TYPE_IPV6) {
    struct Ipv6 *ip = next;
    if ((void *)(ip + 1) > end) return XDP_DROP;
    __builtin_memcpy(flow.source, ip->source, sizeof flow.source);
    __builtin_memcpy(flow.destination, ip->destination, sizeof flow.destination);
    flow.protocol = ip->nextHeader;
    flow.version = 6;
    next = ip + 1;
  } else {
    return XDP_PASS;
  }
  u8 flags = 0;
  if (flow.protocol == PROTOCOL_TCP) {
    struct Tcp *tcp = next;
    if ((void *)(tcp + 1) > end) return XDP_DROP;
    flow.sport = tcp->source;
    flow.dport = tcp->destination;
    flags = tcp->flags;
  } else if (flow.protocol == PROTOCOL_UDP) {
    struct Udp *udp = next;
    if ((void *)(udp + 1) > end) return XDP_DROP;
    flow.sport = udp->source;
    flow.dport = udp->destination;
  }
  u64 length = end - data;
  struct Stat *stat = bpf_map_lookup_elem(&flows, &flow);
  if (stat) {
    stat->packets += 1;
    stat->bytes += length;
    stat->flags |= flags;
  } else {
    struct Stat first;
    __builtin_memset(&first, 0, sizeof first);
    first.packets = 1;
    first.bytes = length;
    first.flags = flags;
    bpf_map_update_elem(&flows, &flow, &first, BPF_ANY);
  }
  return XDP_PASS;
}

GPL;
