#include "twin.h"

#define PERMISSION -1

struct Attempt {
  u32 from;
  s32 to;
  s32 signal;
  char sender[16];
  char target[16];
};
HASH_MAP(guarded, s32, u8, 1024);
RING_BUFFER(events, 65536);

SEC("lsm/task_kill")
int onKill(u64 *ctx) {
  int signal = ctx[2];
  // SIGKILL and SIGTERM.
  if (signal != 9 && signal != 15) return 0;
  struct task_struct *task = (void *)ctx[0];
  s32 to = task->tgid;
  if (!bpf_map_lookup_elem(&guarded, &to)) return 0;
  u32 from = bpf_get_current_pid_tgid() >> 32;
  if (from == 1 || from == (u32)task->real_parent->tgid) return 0;
  struct Attempt event = {.from = from, .to = to, .signal = signal};
  __builtin_memcpy(event.target, task->comm, sizeof event.target);
  bpf_get_current_comm(event.sender, sizeof event.sender);
  bpf_ringbuf_output(&events, &event, sizeof event, 0);
  return PERMISSION;
}

GPL;
