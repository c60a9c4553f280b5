#include "twin.h"

struct Timer {
  u64 fired;
  u64 late;
};
struct Tick {
  u64 last;
  u64 longest;
  u64 ticks;
};
HASH_MAP(timers, u64, struct Timer, 4096);
HASH_MAP(lines, s32, u64, 256);
PER_CPU_ARRAY(ticks, struct Tick, 1);

SEC("raw_tp/timer_expire_entry")
int onTimer(struct bpf_raw_tracepoint_args *ctx) {
  struct timer_list *list = (void *)ctx->args[0];
  u64 key = (u64)BPF_CORE_READ(list, function);
  bool late = ctx->args[1] > BPF_CORE_READ(list, expires);
  struct Timer *timer = bpf_map_lookup_elem(&timers, &key);
  if (timer) {
    timer->fired += 1;
    if (late) timer->late += 1;
  } else {
    struct Timer first = {.fired = 1, .late = late};
    bpf_map_update_elem(&timers, &key, &first, BPF_ANY);
  }
  return 0;
}

SEC("raw_tp/irq_handler_entry")
int onInterrupt(struct bpf_raw_tracepoint_args *ctx) {
  s32 line = ctx->args[0];
  u64 *count = bpf_map_lookup_elem(&lines, &line);
  if (count) {
    *count += 1;
  } else {
    u64 one = 1;
    bpf_map_update_elem(&lines, &line, &one, BPF_ANY);
  }
  return 0;
}

SEC("raw_tp/hrtimer_expire_entry")
int onTick(void *ctx) {
  u32 zero = 0;
  struct Tick *tick = bpf_map_lookup_elem(&ticks, &zero);
  if (!tick) return 0;
  u64 now = bpf_ktime_get_ns();
  if (tick->last) {
    u64 gap = now - tick->last;
    if (gap > tick->longest) tick->longest = gap;
  }
  tick->last = now;
  tick->ticks += 1;
  return 0;
}

GPL;
