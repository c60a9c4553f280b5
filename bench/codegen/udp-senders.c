#include "twin.h"

// arch/x86/include/uapi/asm/ptrace.h: what a kprobe's context is on x86-64.

struct Sender {
  u32 pid;
  u16 family;
  u16 port;
  char comm[16];
};
struct Stat {
  u64 calls;
  u64 bytes;
  u64 largest;
};
HASH_MAP(senders, struct Sender, struct Stat, 4096);

SEC("kprobe/udp_sendmsg")
int onSend(struct pt_regs *ctx) {
  struct sock *sock = (void *)ctx->di;
  u64 bytes = ctx->dx;
  struct Sender sender = {};
  sender.pid = bpf_get_current_pid_tgid() >> 32;
  sender.family = BPF_CORE_READ(sock, __sk_common.skc_family);
  sender.port = bpf_ntohs(BPF_CORE_READ(sock, __sk_common.skc_dport));
  bpf_get_current_comm(sender.comm, sizeof sender.comm);
  struct Stat *stat = bpf_map_lookup_elem(&senders, &sender);
  if (!stat) {
    struct Stat first = {.calls = 1, .bytes = bytes, .largest = bytes};
    bpf_map_update_elem(&senders, &sender, &first, BPF_ANY);
    return 0;
  }
  stat->calls += 1;
  stat->bytes += bytes;
  if (bytes > stat->largest) stat->largest = bytes;
  return 0;
}

GPL;
