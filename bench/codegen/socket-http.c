#include "packets.h"

HASH_MAP(others, u16, u64, 256);

SEC("socket")
int http(struct __sk_buff *ctx) {
  u16 type = ctx->protocol;
  if (type != TYPE_IPV4) {
    u64 *count = bpf_map_lookup_elem(&others, &type);
    if (count) {
      *count += 1;
    } else {
      u64 one = 1;
      bpf_map_update_elem(&others, &type, &one, BPF_ANY);
    }
    return 0;
  }
  struct Ipv4 ip;
  if (bpf_skb_load_bytes(ctx, 0, &ip, sizeof ip) || ip.protocol != PROTOCOL_TCP) return 0;
  struct Tcp tcp;
  if (bpf_skb_load_bytes(ctx, (ip.versionIhl & 15) * 4, &tcp, sizeof tcp)) return 0;
  u16 source = bpf_ntohs(tcp.source), destination = bpf_ntohs(tcp.destination);
  if (source != 80 && source != 8080 && destination != 80 && destination != 8080) return 0;
  u32 length = ctx->len;
  return length < 128 ? length : 128;
}

GPL;
