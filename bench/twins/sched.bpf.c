// The exec tracer's kernel half in C, the same program as packages/rawtp-sched/bpf/sched.ts: what clang makes of
// it is the figure to beat, and our loader has to load it too.

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#ifndef BPF_F_CURRENT_CPU
#define BPF_F_CURRENT_CPU 0xffffffffULL
#endif

struct ExecEvent {
  __u32 pid;
  __u32 tgid;
  char comm[16];
};

// The tag tells tsbpf's loader the type of the records; to others it means nothing.
struct {
  __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
  __uint(key_size, sizeof(__u32));
  __uint(value_size, sizeof(__u32));
} events SEC(".maps") __attribute__((btf_decl_tag("tsbpf:event=ExecEvent")));

// Keeps the event's type in the object's BTF, where no map and no function mentions it.
const struct ExecEvent *unused_exec_event __attribute__((unused));

SEC("raw_tracepoint/sched_process_exec")
int schedProcessExec(struct bpf_raw_tracepoint_args *ctx) {
  struct task_struct *task = (struct task_struct *)bpf_get_current_task();
  struct ExecEvent event = {};
  event.pid = BPF_CORE_READ(task, pid);
  if (bpf_core_field_exists(task->tgid)) event.tgid = BPF_CORE_READ(task, tgid);
  bpf_get_current_comm(event.comm, sizeof event.comm);
  bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &event, sizeof event);
  return 0;
}

char _license[] SEC("license") = "GPL";
