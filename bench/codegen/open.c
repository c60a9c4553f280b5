#include "twin.h"

struct Pending {
  u64 path;
  u32 flags;
};
struct Open {
  u32 pid;
  u32 flags;
  s32 result;
  char comm[16];
  char path[128];
};
HASH_MAP(pending, u64, struct Pending, 10240);
PERF_EVENT_ARRAY(events);

SEC("raw_tp/sys_enter")
int onEnter(struct bpf_raw_tracepoint_args *ctx) {
  u64 id = ctx->args[1];
  if (id != 257 && id != 437) return 0;
  struct pt_regs *regs = (void *)ctx->args[0];
  u64 ids = bpf_get_current_pid_tgid();
  struct Pending entry = {.path = BPF_CORE_READ(regs, si), .flags = BPF_CORE_READ(regs, dx)};
  bpf_map_update_elem(&pending, &ids, &entry, BPF_ANY);
  return 0;
}

SEC("raw_tp/sys_exit")
int onExit(struct bpf_raw_tracepoint_args *ctx) {
  u64 ids = bpf_get_current_pid_tgid();
  struct Pending *entry = bpf_map_lookup_elem(&pending, &ids);
  if (!entry) return 0;
  struct Open event = {.pid = ids >> 32, .flags = entry->flags, .result = ctx->args[1]};
  bpf_probe_read_user_str(event.path, sizeof event.path, (void *)entry->path);
  bpf_get_current_comm(event.comm, sizeof event.comm);
  bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &event, sizeof event);
  bpf_map_delete_elem(&pending, &ids);
  return 0;
}

GPL;
