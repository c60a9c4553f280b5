#include "twin.h"

struct Record {
  u64 a;
  u64 b;
  u64 c;
  u32 steps;
  u64 history[8];
};
ARRAY_MAP(records, struct Record, 4);

static __attribute__((noinline)) u64 scramble(u64 x, u64 by) {
  u64 h = (x ^ by) * 0x9e3779b97f4a7c15;
  h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9;
  h = (h ^ (h >> 27)) * 0x94d049bb133111eb;
  return h ^ (h >> 31);
}

static __attribute__((noinline)) int step(struct Record *record, u32 operation) {
  switch (operation & 3) {
    case 0:
      record->a = scramble(record->a, record->b);
      break;
    case 1:
      record->b = scramble(record->b, record->c);
      break;
    case 2:
      record->c = scramble(record->c, record->a);
      break;
    default:
      record->a += scramble(record->b, 7);
  }
  record->history[record->steps & 7] = record->a;
  record->steps += 1;
  return 0;
}

SEC("raw_tp/sys_enter")
int advance(struct bpf_raw_tracepoint_args *ctx) {
  u32 index = ctx->args[0], program = ctx->args[1];
  struct Record *record = bpf_map_lookup_elem(&records, &index);
  if (!record) return 0;
  step(record, program);
  step(record, program >> 2);
  step(record, program >> 4);
  step(record, program >> 6);
  return scramble(record->a, scramble(record->b, record->c));
}

GPL;
