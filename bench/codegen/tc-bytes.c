#include "packets.h"

struct Key {
  u32 interface;
  u8 version;
  u8 protocol;
};
struct Stat {
  u64 packets;
  u64 bytes;
};
PER_CPU_HASH_MAP(totals, struct Key, struct Stat, 512);
HASH_MAP(networks, u32, u64, 8192);

SEC("tcx/egress")
int count(struct __sk_buff *ctx) {
  void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  struct Ethernet *ethernet = data;
  if ((void *)(ethernet + 1) > end) return 0;
  struct Key key;
  __builtin_memset(&key, 0, sizeof key);
  key.interface = ctx->ifindex;
  u64 length = ctx->len;
  if (ethernet->type == TYPE_IPV4) {
    struct Ipv4 *ip = (void *)(ethernet + 1);
    if ((void *)(ip + 1) > end) return 0;
    key.version = 4;
    key.protocol = ip->protocol;
    u32 network = ip->destination & 0xffffff;
    u64 *bytes = bpf_map_lookup_elem(&networks, &network);
    if (bytes) *bytes += length;
    else bpf_map_update_elem(&networks, &network, &length, BPF_ANY);
  } else if (ethernet->type == TYPE_IPV6) {
    struct Ipv6 *ip = (void *)(ethernet + 1);
    if ((void *)(ip + 1) > end) return 0;
    key.version = 6;
    key.protocol = ip->nextHeader;
  }
  struct Stat *stat = bpf_map_lookup_elem(&totals, &key);
  if (stat) {
    stat->packets += 1;
    stat->bytes += length;
  } else {
    struct Stat first = {.packets = 1, .bytes = length};
    bpf_map_update_elem(&totals, &key, &first, BPF_ANY);
  }
  return 0;
}

GPL;
