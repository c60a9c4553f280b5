#include "twin.h"

struct Exit {
  u32 pid;
  s32 ppid;
  s32 signal;
  s32 status;
  u64 lived;
  char comm[16];
};
RING_BUFFER(events, 262144);

SEC("raw_tp/sched_process_exit")
int onExit(void *ctx) {
  u64 ids = bpf_get_current_pid_tgid();
  u32 pid = ids >> 32;
  if (pid != (u32)ids) return 0;
  struct task_struct *task = (void *)bpf_get_current_task();
  struct Exit *event = bpf_ringbuf_reserve(&events, sizeof *event, 0);
  if (!event) return 0;
  int code = BPF_CORE_READ(task, exit_code);
  event->pid = pid;
  event->ppid = BPF_CORE_READ(task, real_parent, tgid);
  event->signal = code & 0xff;
  event->status = code >> 8;
  event->lived = bpf_ktime_get_ns() - BPF_CORE_READ(task, start_time);
  bpf_get_current_comm(event->comm, sizeof event->comm);
  bpf_ringbuf_submit(event, 0);
  return 0;
}

GPL;
