#include "twin.h"

struct Flow {
  u32 saddr;
  u32 daddr;
  u16 sport;
  u16 dport;
  u16 family;
};
struct Stat {
  u64 count;
  u8 lastState;
  u32 states;
};
HASH_MAP(flows, struct Flow, struct Stat, 4096);

SEC("raw_tp/tcp_retransmit_skb")
int onRetransmit(struct bpf_raw_tracepoint_args *ctx) {
  struct sock *sock = (void *)ctx->args[0];
  struct Flow flow;
  __builtin_memset(&flow, 0, sizeof flow);
  flow.sport = BPF_CORE_READ(sock, __sk_common.skc_num);
  flow.family = BPF_CORE_READ(sock, __sk_common.skc_family);
  flow.saddr = BPF_CORE_READ(sock, __sk_common.skc_rcv_saddr);
  flow.daddr = BPF_CORE_READ(sock, __sk_common.skc_daddr);
  flow.dport = bpf_ntohs(BPF_CORE_READ(sock, __sk_common.skc_dport));
  u8 state = BPF_CORE_READ(sock, __sk_common.skc_state);
  struct Stat *stat = bpf_map_lookup_elem(&flows, &flow);
  if (!stat) {
    struct Stat first;
    __builtin_memset(&first, 0, sizeof first);
    first.count = 1;
    first.lastState = state;
    first.states = 1U << (state & 31);
    bpf_map_update_elem(&flows, &flow, &first, BPF_ANY);
    return 0;
  }
  stat->count += 1;
  stat->lastState = state;
  stat->states |= 1U << (state & 31);
  return 0;
}

GPL;
