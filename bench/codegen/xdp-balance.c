#include "packets.h"

struct Service {
  u32 address;
  u16 port;
  u16 pad;
};
struct Pool {
  u32 first;
  u32 count;
};
struct Server {
  u32 address;
  u8 mac[6];
  u64 packets;
};
HASH_MAP(services, struct Service, struct Pool, 256);
ARRAY_MAP(servers, struct Server, 1024);

inline_always u32 hash_flow(struct Ipv4 *ip, struct Tcp *tcp) {
  u32 h = ip->source ^ ((u32)tcp->source << 16 | tcp->destination);
  h = (h ^ (h >> 16)) * 0x7feb352d;
  h = (h ^ (h >> 15)) * 0x846ca68b;
  return h ^ (h >> 16);
}

// A checksum after one 32-bit word of what it covers has changed (RFC 1624).
inline_always u16 adjust(u16 checksum, u32 from, u32 to) {
  u32 sum = (~checksum & 0xffff) + (~from & 0xffff) + (~from >> 16) + (to & 0xffff) + (to >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return ~sum;
}

SEC("xdp")
int balance(struct xdp_md *ctx) {
  void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
  struct Ethernet *ethernet = data;
  if ((void *)(ethernet + 1) > end || ethernet->type != TYPE_IPV4) return XDP_PASS;
  struct Ipv4 *ip = (void *)(ethernet + 1);
  if ((void *)(ip + 1) > end || ip->versionIhl != 0x45 || ip->protocol != PROTOCOL_TCP) return XDP_PASS;
  struct Tcp *tcp = (void *)(ip + 1);
  if ((void *)(tcp + 1) > end) return XDP_PASS;
  struct Service service = {.address = ip->destination, .port = tcp->destination};
  struct Pool *pool = bpf_map_lookup_elem(&services, &service);
  if (!pool || pool->count == 0) return XDP_PASS;
  u32 index = pool->first + hash_flow(ip, tcp) % pool->count;
  struct Server *server = bpf_map_lookup_elem(&servers, &index);
  if (!server) return XDP_DROP;
  u32 before = ip->destination, after = server->address;
  ip->checksum = adjust(ip->checksum, before, after);
  tcp->checksum = adjust(tcp->checksum, before, after);
  ip->destination = after;
  __builtin_memcpy(ethernet->source, ethernet->destination, 6);
  __builtin_memcpy(ethernet->destination, server->mac, 6);
  server->packets += 1;
  return XDP_TX;
}

GPL;
