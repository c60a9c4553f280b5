#include "twin.h"

struct Stat {
  u64 calls;
  u64 errors;
  u64 bytes;
  u64 largest;
};
HASH_MAP(stats, u64, struct Stat, 64);

SEC("fexit/vfs_read")
int onRead(u64 *ctx) {
  struct file *file = (void *)ctx[0];
  s64 result = ctx[4];
  u64 magic = file->f_inode->i_sb->s_magic;
  struct Stat *stat = bpf_map_lookup_elem(&stats, &magic);
  if (!stat) {
    struct Stat none = {};
    bpf_map_update_elem(&stats, &magic, &none, BPF_ANY);
    stat = bpf_map_lookup_elem(&stats, &magic);
    if (!stat) return 0;
  }
  stat->calls += 1;
  if (result < 0) {
    stat->errors += 1;
    return 0;
  }
  stat->bytes += result;
  if ((u64)result > stat->largest) stat->largest = result;
  return 0;
}

GPL;
