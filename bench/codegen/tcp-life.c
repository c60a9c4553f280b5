#include "twin.h"

#define CLOSE 7
#define FIN_WAIT1 4

struct Born {
  u64 at;
  u32 pid;
  u32 states;
};
struct Life {
  u64 lived;
  u32 pid;
  u32 states;
  u32 saddr;
  u32 daddr;
  u32 mark;
  s32 receiveBuffer;
  s32 sendBuffer;
  u16 family;
  u16 sport;
  u16 dport;
};
HASH_MAP(born, u64, struct Born, 8192);
RING_BUFFER(events, 262144);

SEC("raw_tp/inet_sock_set_state")
int onState(struct bpf_raw_tracepoint_args *ctx) {
  struct sock *sock = (void *)ctx->args[0];
  int state = ctx->args[2];
  u64 key = (u64)sock;
  struct Born *known = bpf_map_lookup_elem(&born, &key);
  // The process that opens or closes is the current one; later states come from the network.
  if (state < FIN_WAIT1 || !known) {
    struct Born entry = {};
    entry.pid = known && state >= 2 ? known->pid : bpf_get_current_pid_tgid() >> 32;
    entry.at = known ? known->at : bpf_ktime_get_ns();
    entry.states = (known ? known->states : 0) | 1U << (state & 31);
    bpf_map_update_elem(&born, &key, &entry, BPF_ANY);
    return 0;
  }
  if (state != CLOSE) {
    known->states |= 1U << (state & 31);
    return 0;
  }
  struct Life *event = bpf_ringbuf_reserve(&events, sizeof *event, 0);
  if (event) {
    event->lived = bpf_ktime_get_ns() - known->at;
    event->pid = known->pid;
    event->states = known->states;
    event->saddr = BPF_CORE_READ(sock, __sk_common.skc_rcv_saddr);
    event->daddr = BPF_CORE_READ(sock, __sk_common.skc_daddr);
    event->family = BPF_CORE_READ(sock, __sk_common.skc_family);
    event->sport = BPF_CORE_READ(sock, __sk_common.skc_num);
    event->dport = BPF_CORE_READ(sock, __sk_common.skc_dport);
    event->mark = BPF_CORE_READ(sock, sk_mark);
    event->receiveBuffer = BPF_CORE_READ(sock, sk_rcvbuf);
    event->sendBuffer = BPF_CORE_READ(sock, sk_sndbuf);
    bpf_ringbuf_submit(event, 0);
  }
  bpf_map_delete_elem(&born, &key);
  return 0;
}

GPL;
