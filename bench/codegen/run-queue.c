#include "twin.h"

HASH_MAP(queued, s32, u64, 10240);
PER_CPU_ARRAY(histogram, u64, 32);

inline_always int enqueue(s32 pid) {
  if (pid == 0) return 0;
  u64 now = bpf_ktime_get_ns();
  bpf_map_update_elem(&queued, &pid, &now, BPF_ANY);
  return 0;
}

inline_always u32 slot_of(u64 ns) {
  u32 slot = 0;
  for (u64 rest = ns; slot < 31 && rest > 1; slot++) rest >>= 1;
  return slot;
}

SEC("raw_tp/sched_wakeup")
int onWakeup(struct bpf_raw_tracepoint_args *ctx) {
  return enqueue(BPF_CORE_READ((struct task_struct *)ctx->args[0], pid));
}

SEC("raw_tp/sched_wakeup_new")
int onWakeupNew(struct bpf_raw_tracepoint_args *ctx) {
  return enqueue(BPF_CORE_READ((struct task_struct *)ctx->args[0], pid));
}

SEC("raw_tp/sched_switch")
int onSwitch(struct bpf_raw_tracepoint_args *ctx) {
  struct task_struct *previous = (void *)ctx->args[1];
  struct task_struct *next = (void *)ctx->args[2];
  // 0 is TASK_RUNNING: it was preempted and waits again.
  if (BPF_CORE_READ(previous, __state) == 0) enqueue(BPF_CORE_READ(previous, pid));
  s32 pid = BPF_CORE_READ(next, pid);
  u64 *since = bpf_map_lookup_elem(&queued, &pid);
  if (!since) return 0;
  u32 slot = slot_of(bpf_ktime_get_ns() - *since);
  u64 *count = bpf_map_lookup_elem(&histogram, &slot);
  if (count) *count += 1;
  bpf_map_delete_elem(&queued, &pid);
  return 0;
}

GPL;
