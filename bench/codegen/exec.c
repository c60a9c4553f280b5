#include "twin.h"

struct Exec {
  u32 pid;
  u32 tgid;
  s32 ppid;
  u32 uid;
  s32 oldPid;
  char comm[16];
  char file[64];
};
PERF_EVENT_ARRAY(events);

SEC("raw_tp/sched_process_exec")
int onExec(struct bpf_raw_tracepoint_args *ctx) {
  struct task_struct *task = (void *)ctx->args[0];
  struct linux_binprm *bprm = (void *)ctx->args[2];
  u64 ids = bpf_get_current_pid_tgid();
  struct Exec event = {};
  event.pid = ids;
  event.tgid = ids >> 32;
  event.uid = bpf_get_current_uid_gid();
  event.ppid = BPF_CORE_READ(task, real_parent, tgid);
  event.oldPid = ctx->args[1];
  bpf_get_current_comm(event.comm, sizeof event.comm);
  bpf_probe_read_kernel_str(event.file, sizeof event.file, BPF_CORE_READ(bprm, filename));
  bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &event, sizeof event);
  return 0;
}

GPL;
