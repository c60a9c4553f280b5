#include "twin.h"

struct Totals {
  u64 calls;
  u64 sampled;
  u32 highest;
};
const volatile u32 wantedId = 257;
const volatile u32 sampleEvery = 4;
struct Totals totals = {};
u32 since = 1;
ARRAY_MAP(report, struct Totals, 1);

SEC("raw_tp/sys_enter")
int onEnter(struct bpf_raw_tracepoint_args *ctx) {
  u32 id = ctx->args[1];
  totals.calls += 1;
  if (id > totals.highest) totals.highest = id;
  if (wantedId != 0 && id != wantedId) return 0;
  since += 1;
  if (since < sampleEvery) return 0;
  since = 0;
  totals.sampled += 1;
  u32 zero = 0;
  bpf_map_update_elem(&report, &zero, &totals, BPF_ANY);
  return 0;
}

GPL;
