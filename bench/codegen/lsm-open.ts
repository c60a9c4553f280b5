// Forbids opening files of a device for writing, unless the process's user is on a list.
import { bpfGetCurrentUidGid, hashMap, lsm, type LsmContext, type Ptr, u32, u64, u8 } from "tsbpf";

interface bpfCoreSuperBlock {
  readonly s_dev: u32;
}
interface bpfCoreInode {
  readonly i_sb: Ptr<bpfCoreSuperBlock>;
  readonly i_ino: u64;
}
interface bpfCoreFile {
  readonly f_inode: Ptr<bpfCoreInode>;
  readonly f_mode: u32;
}

const modeWrite = 2;
const permission = -1;

export const guarded = hashMap(u32, u8, { maxEntries: 64 });
export const allowed = hashMap(u32, u8, { maxEntries: 64 });
export const refusals = hashMap(u64, u64, { maxEntries: 1024 });

export const onOpen = lsm("file_open", (ctx: LsmContext<[Ptr<bpfCoreFile>]>) => {
  const file = ctx.args[0];
  if ((file.f_mode & modeWrite) === 0) return 0;
  const inode = file.f_inode;
  if (!guarded.has(inode.i_sb.s_dev)) return 0;
  if (allowed.has(u32(bpfGetCurrentUidGid()))) return 0;
  const number = inode.i_ino;
  const count = refusals.ref(number);
  if (count) count.value += 1n;
  else refusals.set(number, 1n);
  return permission;
});
