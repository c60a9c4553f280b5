#include "twin.h"

struct Block {
  u8 data[64];
  u32 crc;
};
ARRAY_MAP(blocks, struct Block, 4);

SEC("raw_tp/sys_enter")
int crc32(struct bpf_raw_tracepoint_args *ctx) {
  u32 index = ctx->args[0];
  struct Block *block = bpf_map_lookup_elem(&blocks, &index);
  if (!block) return 0;
  u32 crc = 0xffffffff;
  for (int i = 0; i < 64; i++) {
    crc ^= block->data[i];
    for (int bit = 0; bit < 8; bit++) {
      u32 odd = crc & 1;
      // Without it clang makes a branch of this, and the verifier meets 2^512 ways through the loop.
      barrier_var(odd);
      crc = (crc >> 1) ^ (odd * 0xedb88320);
    }
  }
  block->crc = ~crc;
  return 0;
}

GPL;
