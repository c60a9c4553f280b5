#include "twin.h"

struct Key {
  s32 pid;
  s32 tgid;
  char comm[16];
};
struct Total {
  u64 ns;
  u64 longest;
  u32 count;
};
HASH_MAP(outSince, s32, u64, 16384);
HASH_MAP(totals, struct Key, struct Total, 16384);

SEC("raw_tp/sched_switch")
int onSwitch(struct bpf_raw_tracepoint_args *ctx) {
  u64 now = bpf_ktime_get_ns();
  struct task_struct *previous = (void *)ctx->args[1];
  struct task_struct *next = (void *)ctx->args[2];
  s32 out = BPF_CORE_READ(previous, pid);
  if (out) bpf_map_update_elem(&outSince, &out, &now, BPF_ANY);
  s32 pid = BPF_CORE_READ(next, pid);
  u64 *since = bpf_map_lookup_elem(&outSince, &pid);
  if (!since) return 0;
  u64 ns = now - *since;
  bpf_map_delete_elem(&outSince, &pid);
  if (ns < 1000) return 0;
  struct Key key = {.pid = pid, .tgid = BPF_CORE_READ(next, tgid)};
  BPF_CORE_READ_INTO(&key.comm, next, comm);
  struct Total *total = bpf_map_lookup_elem(&totals, &key);
  if (!total) {
    struct Total first = {.ns = ns, .longest = ns, .count = 1};
    bpf_map_update_elem(&totals, &key, &first, BPF_ANY);
    return 0;
  }
  total->ns += ns;
  total->count += 1;
  if (ns > total->longest) total->longest = ns;
  return 0;
}

GPL;
