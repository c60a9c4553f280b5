#include "twin.h"

struct Bitmap {
  u64 words[16];
};
ARRAY_MAP(bitmaps, struct Bitmap, 4);

inline_always u64 popcount(u64 word) {
  u64 n = word - ((word >> 1) & 0x5555555555555555);
  n = (n & 0x3333333333333333) + ((n >> 2) & 0x3333333333333333);
  n = (n + (n >> 4)) & 0x0f0f0f0f0f0f0f0f;
  return (n * 0x0101010101010101) >> 56;
}

SEC("raw_tp/sys_enter")
int count(struct bpf_raw_tracepoint_args *ctx) {
  u32 index = ctx->args[0];
  struct Bitmap *bitmap = bpf_map_lookup_elem(&bitmaps, &index);
  if (!bitmap) return 0;
  u64 total = 0;
  for (int i = 0; i < 16; i++) total += popcount(bitmap->words[i]);
  return total;
}

SEC("raw_tp/sys_enter")
int firstClear(struct bpf_raw_tracepoint_args *ctx) {
  u32 index = ctx->args[0];
  struct Bitmap *bitmap = bpf_map_lookup_elem(&bitmaps, &index);
  if (!bitmap) return 0;
  for (int i = 0; i < 16; i++) {
    u64 word = bitmap->words[i];
    if (word != ~0ULL) return i * 64 + (int)popcount(word & ~(word + 1));
  }
  return 1024;
}

GPL;
