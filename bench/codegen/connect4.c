#include "twin.h"

struct Network {
  u32 bits;
  u32 address;
};
struct Target {
  u32 address;
  u16 port;
  u16 pad;
};
struct {
  __uint(type, BPF_MAP_TYPE_LPM_TRIE);
  __uint(max_entries, 256);
  __uint(map_flags, BPF_F_NO_PREALLOC);
  __type(key, struct Network);
  __type(value, u8);
} networks SEC(".maps");
HASH_MAP(ports, u16, u64, 256);
HASH_MAP(virtual, struct Target, struct Target, 64);

SEC("cgroup/connect4")
int onConnect(struct bpf_sock_addr *ctx) {
  struct Target key = {.address = ctx->user_ip4, .port = ctx->user_port};
  struct Target *target = bpf_map_lookup_elem(&virtual, &key);
  if (target) {
    ctx->user_ip4 = target->address;
    ctx->user_port = target->port;
    return 1;
  }
  struct Network network = {.bits = 32, .address = ctx->user_ip4};
  u8 *verdict = bpf_map_lookup_elem(&networks, &network);
  if (!verdict || *verdict == 0) return 0;
  u16 port = bpf_ntohs(ctx->user_port);
  u64 *count = bpf_map_lookup_elem(&ports, &port);
  if (!count) return 0;
  *count += 1;
  return 1;
}

GPL;
