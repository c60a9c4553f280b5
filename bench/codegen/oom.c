#include "twin.h"

struct Victim {
  s32 victim;
  s32 parent;
  s32 grandparent;
  u32 killer;
  u32 uid;
  u64 pages;
  u64 highest;
  char comm[16];
  char parentComm[16];
  char killerComm[16];
};
PERF_EVENT_ARRAY(events);

SEC("raw_tp/mark_victim")
int onVictim(struct bpf_raw_tracepoint_args *ctx) {
  struct task_struct *task = (void *)ctx->args[0];
  struct task_struct *parent = BPF_CORE_READ(task, real_parent);
  struct Victim event;
  __builtin_memset(&event, 0, sizeof event);
  event.victim = BPF_CORE_READ(task, tgid);
  event.parent = BPF_CORE_READ(parent, tgid);
  event.grandparent = BPF_CORE_READ(parent, real_parent, tgid);
  event.killer = bpf_get_current_pid_tgid() >> 32;
  event.uid = ctx->args[1];
  struct mm_struct *mm = BPF_CORE_READ(task, mm);
  if (mm) {
    event.pages = BPF_CORE_READ(mm, total_vm);
    event.highest = BPF_CORE_READ(mm, hiwater_rss);
  }
  BPF_CORE_READ_INTO(&event.comm, task, comm);
  BPF_CORE_READ_INTO(&event.parentComm, parent, comm);
  bpf_get_current_comm(event.killerComm, sizeof event.killerComm);
  bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &event, sizeof event);
  return 0;
}

GPL;
