#include "twin.h"

struct Fork {
  s32 parent;
  s32 child;
  u32 isThread;
  char parentComm[16];
  char childComm[16];
  u64 at;
};
PERF_EVENT_ARRAY(events);
HASH_MAP(children, s32, u64, 10240);

SEC("raw_tp/sched_process_fork")
int onFork(struct bpf_raw_tracepoint_args *ctx) {
  struct task_struct *parent = (void *)ctx->args[0];
  struct task_struct *child = (void *)ctx->args[1];
  struct Fork event = {};
  event.parent = BPF_CORE_READ(parent, tgid);
  event.child = BPF_CORE_READ(child, pid);
  event.at = bpf_ktime_get_ns();
  event.isThread = event.child == BPF_CORE_READ(child, tgid) ? 0 : 1;
  BPF_CORE_READ_INTO(&event.parentComm, parent, comm);
  BPF_CORE_READ_INTO(&event.childComm, child, comm);
  u64 *count = bpf_map_lookup_elem(&children, &event.parent);
  if (count) {
    *count += 1;
  } else {
    u64 one = 1;
    bpf_map_update_elem(&children, &event.parent, &one, BPF_ANY);
  }
  bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &event, sizeof event);
  return 0;
}

GPL;
