#include "twin.h"

struct Sample {
  u32 pid;
  s32 kernelStack;
  s32 userStack;
  char comm[16];
};
struct {
  __uint(type, BPF_MAP_TYPE_STACK_TRACE);
  __uint(max_entries, 4096);
  __uint(key_size, sizeof(u32));
  __uint(value_size, 127 * sizeof(u64));
} stacks SEC(".maps");
HASH_MAP(counts, struct Sample, u64, 4096);

SEC("perf_event")
int onSample(void *ctx) {
  u32 pid = bpf_get_current_pid_tgid() >> 32;
  if (pid == 0) return 0;
  struct Sample sample = {};
  sample.pid = pid;
  sample.kernelStack = bpf_get_stackid(ctx, &stacks, 0);
  sample.userStack = bpf_get_stackid(ctx, &stacks, BPF_F_USER_STACK);
  bpf_get_current_comm(sample.comm, sizeof sample.comm);
  u64 *count = bpf_map_lookup_elem(&counts, &sample);
  if (count) {
    *count += 1;
  } else {
    u64 one = 1;
    bpf_map_update_elem(&counts, &sample, &one, BPF_ANY);
  }
  return 0;
}

GPL;
