#include "twin.h"

struct Input {
  u64 key0;
  u64 key1;
  u64 low;
  u64 high;
  u64 hash;
};
struct State {
  u64 v0, v1, v2, v3;
};
ARRAY_MAP(inputs, struct Input, 4);

inline_always u64 rotl(u64 x, int by) {
  return (x << by) | (x >> (64 - by));
}

inline_always void round(struct State *s) {
  s->v0 += s->v1;
  s->v1 = rotl(s->v1, 13) ^ s->v0;
  s->v0 = rotl(s->v0, 32);
  s->v2 += s->v3;
  s->v3 = rotl(s->v3, 16) ^ s->v2;
  s->v0 += s->v3;
  s->v3 = rotl(s->v3, 21) ^ s->v0;
  s->v2 += s->v1;
  s->v1 = rotl(s->v1, 17) ^ s->v2;
  s->v2 = rotl(s->v2, 32);
}

inline_always void compress(struct State *s, u64 word) {
  s->v3 ^= word;
  round(s);
  round(s);
  s->v0 ^= word;
}

SEC("raw_tp/sys_enter")
int siphash(struct bpf_raw_tracepoint_args *ctx) {
  u32 index = ctx->args[0];
  struct Input *input = bpf_map_lookup_elem(&inputs, &index);
  if (!input) return 0;
  struct State s = {
      .v0 = input->key0 ^ 0x736f6d6570736575,
      .v1 = input->key1 ^ 0x646f72616e646f6d,
      .v2 = input->key0 ^ 0x6c7967656e657261,
      .v3 = input->key1 ^ 0x7465646279746573,
  };
  compress(&s, input->low);
  compress(&s, input->high);
  compress(&s, 16ULL << 56);
  s.v2 ^= 0xff;
  round(&s);
  round(&s);
  round(&s);
  round(&s);
  input->hash = s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
  return 0;
}

GPL;
