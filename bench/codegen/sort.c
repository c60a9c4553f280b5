#include "twin.h"

struct Samples {
  u32 at[8];
  u32 median;
};
ARRAY_MAP(samples, struct Samples, 4);

inline_always void order(struct Samples *s, int i, int j) {
  u32 low = s->at[i], high = s->at[j];
  if (low <= high) return;
  s->at[i] = high;
  s->at[j] = low;
}

SEC("raw_tp/sys_enter")
int sort(struct bpf_raw_tracepoint_args *ctx) {
  u32 index = ctx->args[0];
  struct Samples *s = bpf_map_lookup_elem(&samples, &index);
  if (!s) return 0;
  order(s, 0, 1);
  order(s, 2, 3);
  order(s, 4, 5);
  order(s, 6, 7);
  order(s, 0, 2);
  order(s, 1, 3);
  order(s, 4, 6);
  order(s, 5, 7);
  order(s, 1, 2);
  order(s, 5, 6);
  order(s, 0, 4);
  order(s, 3, 7);
  order(s, 1, 5);
  order(s, 2, 6);
  order(s, 1, 4);
  order(s, 3, 6);
  order(s, 2, 4);
  order(s, 3, 5);
  order(s, 3, 4);
  s->median = ((u64)s->at[3] + s->at[4]) / 2;
  return s->median;
}

GPL;
