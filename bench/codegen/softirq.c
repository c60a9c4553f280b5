#include "twin.h"

struct Stat {
  u64 ns;
  u64 count;
  u64 longest;
  u32 slots[16];
};
PER_CPU_ARRAY(entered, u64, 1);
PER_CPU_ARRAY(stats, struct Stat, 10);

SEC("raw_tp/softirq_entry")
int onEntry(void *ctx) {
  u32 zero = 0;
  u64 *at = bpf_map_lookup_elem(&entered, &zero);
  if (at) *at = bpf_ktime_get_ns();
  return 0;
}

SEC("raw_tp/softirq_exit")
int onExit(struct bpf_raw_tracepoint_args *ctx) {
  u32 zero = 0, vector = ctx->args[0];
  u64 *at = bpf_map_lookup_elem(&entered, &zero);
  if (!at || *at == 0) return 0;
  u64 ns = bpf_ktime_get_ns() - *at;
  *at = 0;
  struct Stat *stat = bpf_map_lookup_elem(&stats, &vector);
  if (!stat) return 0;
  stat->ns += ns;
  stat->count += 1;
  if (ns > stat->longest) stat->longest = ns;
  // Steps of 4 microseconds.
  u32 slot = ns >> 12;
  if (slot > 15) slot = 15;
  stat->slots[slot] += 1;
  return 0;
}

GPL;
