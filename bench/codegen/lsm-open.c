#include "twin.h"

#define MODE_WRITE 2
#define PERMISSION -1

HASH_MAP(guarded, u32, u8, 64);
HASH_MAP(allowed, u32, u8, 64);
HASH_MAP(refusals, u64, u64, 1024);

SEC("lsm/file_open")
int onOpen(u64 *ctx) {
  struct file *file = (void *)ctx[0];
  if (!(file->f_mode & MODE_WRITE)) return 0;
  struct inode *inode = file->f_inode;
  u32 device = inode->i_sb->s_dev;
  if (!bpf_map_lookup_elem(&guarded, &device)) return 0;
  u32 uid = bpf_get_current_uid_gid();
  if (bpf_map_lookup_elem(&allowed, &uid)) return 0;
  u64 number = inode->i_ino;
  u64 *count = bpf_map_lookup_elem(&refusals, &number);
  if (count) {
    *count += 1;
  } else {
    u64 one = 1;
    bpf_map_update_elem(&refusals, &number, &one, BPF_ANY);
  }
  return PERMISSION;
}

GPL;
