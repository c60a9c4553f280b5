#include "twin.h"

PER_CPU_ARRAY(counts, u64, 512);
HASH_MAP(byProcess, u32, u64, 4096);

SEC("raw_tp/sys_enter")
int onEnter(struct bpf_raw_tracepoint_args *ctx) {
  u32 id = ctx->args[1];
  u64 *count = bpf_map_lookup_elem(&counts, &id);
  if (count) *count += 1;
  u32 tgid = bpf_get_current_pid_tgid() >> 32;
  u64 *calls = bpf_map_lookup_elem(&byProcess, &tgid);
  if (calls) {
    *calls += 1;
  } else {
    u64 one = 1;
    bpf_map_update_elem(&byProcess, &tgid, &one, BPF_ANY);
  }
  return 0;
}

GPL;
