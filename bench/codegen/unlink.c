#include "twin.h"

struct Change {
  u32 pid;
  u8 kind;
  char comm[16];
  char from[64];
  char to[64];
};
RING_BUFFER(events, 262144);

SEC("raw_tp/sys_enter")
int onEnter(struct bpf_raw_tracepoint_args *ctx) {
  u64 id = ctx->args[1];
  struct pt_regs *regs = (void *)ctx->args[0];
  u8 kind;
  u64 from, to = 0;
  if (id == 87) {
    kind = 1;
    from = BPF_CORE_READ(regs, di);
  } else if (id == 263) {
    kind = 1;
    from = BPF_CORE_READ(regs, si);
  } else if (id == 82) {
    kind = 2;
    from = BPF_CORE_READ(regs, di);
    to = BPF_CORE_READ(regs, si);
  } else if (id == 316) {
    kind = 2;
    from = BPF_CORE_READ(regs, si);
    to = BPF_CORE_READ(regs, r10);
  } else {
    return 0;
  }
  struct Change *event = bpf_ringbuf_reserve(&events, sizeof *event, 0);
  if (!event) return 0;
  event->pid = bpf_get_current_pid_tgid() >> 32;
  event->kind = kind;
  bpf_get_current_comm(event->comm, sizeof event->comm);
  bpf_probe_read_user_str(event->from, sizeof event->from, (void *)from);
  event->to[0] = 0;
  if (to) bpf_probe_read_user_str(event->to, sizeof event->to, (void *)to);
  bpf_ringbuf_submit(event, 0);
  return 0;
}

GPL;
