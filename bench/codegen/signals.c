#include "twin.h"

struct Pair {
  u32 from;
  u32 to;
  u8 signal;
};
struct Signal {
  u32 from;
  u32 to;
  s32 signal;
  s32 result;
  char sender[16];
  char target[16];
};
HASH_MAP(counts, struct Pair, u64, 8192);
PERF_EVENT_ARRAY(events);

SEC("raw_tp/signal_generate")
int onSignal(struct bpf_raw_tracepoint_args *ctx) {
  int signal = ctx->args[0];
  struct task_struct *task = (void *)ctx->args[2];
  u32 from = bpf_get_current_pid_tgid() >> 32;
  u32 to = BPF_CORE_READ(task, tgid);
  struct Pair pair;
  __builtin_memset(&pair, 0, sizeof pair);
  pair.from = from;
  pair.to = to;
  pair.signal = signal;
  u64 *count = bpf_map_lookup_elem(&counts, &pair);
  if (count) {
    *count += 1;
  } else {
    u64 one = 1;
    bpf_map_update_elem(&counts, &pair, &one, BPF_ANY);
  }
  // SIGKILL, SIGSEGV, SIGABRT, SIGTERM.
  if (signal != 9 && signal != 11 && signal != 6 && signal != 15) return 0;
  struct Signal event = {.from = from, .to = to, .signal = signal, .result = ctx->args[4]};
  BPF_CORE_READ_INTO(&event.target, task, comm);
  bpf_get_current_comm(event.sender, sizeof event.sender);
  bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &event, sizeof event);
  return 0;
}

GPL;
