#include "twin.h"

#define ESTABLISHED 1
#define SYN_SENT 2
#define INET 2

struct Start {
  u64 at;
  u32 pid;
  char comm[16];
};
struct Connect {
  u64 took;
  u32 pid;
  u32 saddr;
  u32 daddr;
  u16 sport;
  u16 dport;
  char comm[16];
};
HASH_MAP(starts, u64, struct Start, 4096);
PERF_EVENT_ARRAY(events);

SEC("raw_tp/inet_sock_set_state")
int onState(struct bpf_raw_tracepoint_args *ctx) {
  struct sock *sock = (void *)ctx->args[0];
  u64 key = (u64)sock;
  if (BPF_CORE_READ(sock, __sk_common.skc_family) != INET) return 0;
  int state = ctx->args[2];
  if (state == SYN_SENT) {
    struct Start start = {.at = bpf_ktime_get_ns(), .pid = bpf_get_current_pid_tgid() >> 32};
    bpf_get_current_comm(start.comm, sizeof start.comm);
    bpf_map_update_elem(&starts, &key, &start, BPF_ANY);
    return 0;
  }
  struct Start *start = bpf_map_lookup_elem(&starts, &key);
  if (!start) return 0;
  if (state == ESTABLISHED) {
    struct Connect event = {};
    event.took = bpf_ktime_get_ns() - start->at;
    event.pid = start->pid;
    __builtin_memcpy(event.comm, start->comm, sizeof event.comm);
    event.saddr = BPF_CORE_READ(sock, __sk_common.skc_rcv_saddr);
    event.daddr = BPF_CORE_READ(sock, __sk_common.skc_daddr);
    event.sport = BPF_CORE_READ(sock, __sk_common.skc_num);
    event.dport = bpf_ntohs(BPF_CORE_READ(sock, __sk_common.skc_dport));
    bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &event, sizeof event);
  }
  bpf_map_delete_elem(&starts, &key);
  return 0;
}

GPL;
