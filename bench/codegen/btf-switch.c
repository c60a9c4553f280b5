#include "twin.h"

struct Stat {
  u64 voluntary;
  u64 preempted;
  s32 lastPriority;
  s32 parent;
  char comm[16];
};
HASH_MAP(stats, s32, struct Stat, 16384);

SEC("tp_btf/sched_switch")
int onSwitch(u64 *ctx) {
  bool preempt = ctx[0];
  struct task_struct *task = (void *)ctx[1];
  s32 pid = task->pid;
  if (pid == 0) return 0;
  struct Stat *stat = bpf_map_lookup_elem(&stats, &pid);
  if (!stat) {
    struct Stat first = {.parent = task->real_parent->tgid};
    __builtin_memcpy(first.comm, task->comm, sizeof first.comm);
    bpf_map_update_elem(&stats, &pid, &first, BPF_ANY);
    stat = bpf_map_lookup_elem(&stats, &pid);
    if (!stat) return 0;
  }
  if (preempt) stat->preempted += 1;
  else stat->voluntary += 1;
  stat->lastPriority = task->prio;
  return 0;
}

GPL;
