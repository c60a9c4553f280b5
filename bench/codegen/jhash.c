#include "twin.h"

struct Key {
  u32 words[12];
  u32 hash;
};
ARRAY_MAP(keys, struct Key, 4);

inline_always u32 rotl(u32 x, int by) {
  return (x << by) | (x >> (32 - by));
}

SEC("raw_tp/sys_enter")
int hash(struct bpf_raw_tracepoint_args *ctx) {
  u32 index = ctx->args[0], a, b, c;
  struct Key *key = bpf_map_lookup_elem(&keys, &index);
  if (!key) return 0;
  a = b = c = 0xdeadbeef + 48 + (u32)ctx->args[1];
  for (int i = 0; i < 9; i += 3) {
    a += key->words[i];
    b += key->words[i + 1];
    c += key->words[i + 2];
    a -= c;
    a ^= rotl(c, 4);
    c += b;
    b -= a;
    b ^= rotl(a, 6);
    a += c;
    c -= b;
    c ^= rotl(b, 8);
    b += a;
    a -= c;
    a ^= rotl(c, 16);
    c += b;
    b -= a;
    b ^= rotl(a, 19);
    a += c;
    c -= b;
    c ^= rotl(b, 4);
    b += a;
  }
  a += key->words[9];
  b += key->words[10];
  c += key->words[11];
  c = (c ^ b) - rotl(b, 14);
  a = (a ^ c) - rotl(c, 11);
  b = (b ^ a) - rotl(a, 25);
  c = (c ^ b) - rotl(b, 16);
  a = (a ^ c) - rotl(c, 4);
  b = (b ^ a) - rotl(a, 14);
  c = (c ^ b) - rotl(b, 24);
  key->hash = c;
  return c;
}

GPL;
