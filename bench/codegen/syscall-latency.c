#include "twin.h"

struct Pending {
  u64 id;
  u64 at;
};
struct Stat {
  u64 count;
  u64 errors;
  u64 ns;
  u64 least;
  u64 most;
};
HASH_MAP(pending, u32, struct Pending, 8192);
HASH_MAP(stats, u32, struct Stat, 1024);

SEC("raw_tp/sys_enter")
int onEnter(struct bpf_raw_tracepoint_args *ctx) {
  u32 thread = bpf_get_current_pid_tgid();
  struct Pending entry = {.id = ctx->args[1], .at = bpf_ktime_get_ns()};
  bpf_map_update_elem(&pending, &thread, &entry, BPF_ANY);
  return 0;
}

SEC("raw_tp/sys_exit")
int onExit(struct bpf_raw_tracepoint_args *ctx) {
  u32 thread = bpf_get_current_pid_tgid();
  struct Pending *entry = bpf_map_lookup_elem(&pending, &thread);
  if (!entry) return 0;
  u64 ns = bpf_ktime_get_ns() - entry->at;
  u32 id = entry->id;
  bpf_map_delete_elem(&pending, &thread);
  bool failed = (s64)ctx->args[1] < 0;
  struct Stat *stat = bpf_map_lookup_elem(&stats, &id);
  if (!stat) {
    struct Stat first = {.count = 1, .errors = failed, .ns = ns, .least = ns, .most = ns};
    bpf_map_update_elem(&stats, &id, &first, BPF_ANY);
    return 0;
  }
  stat->count += 1;
  if (failed) stat->errors += 1;
  stat->ns += ns;
  if (ns < stat->least) stat->least = ns;
  if (ns > stat->most) stat->most = ns;
  return 0;
}

GPL;
