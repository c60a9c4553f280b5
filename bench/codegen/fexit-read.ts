// vfs_read at its exit: bytes, errors and the largest read of each file system by its magic number.
import { fexit, type FexitContext, hashMap, i64, type Ptr, struct, u64 } from "tsbpf";

interface bpfCoreSuperBlock {
  readonly s_magic: u64;
}
interface bpfCoreInode {
  readonly i_sb: Ptr<bpfCoreSuperBlock>;
}
interface bpfCoreFile {
  readonly f_inode: Ptr<bpfCoreInode>;
}

const Stat = struct({ calls: u64, errors: u64, bytes: u64, largest: u64 });
export const stats = hashMap(u64, Stat, { maxEntries: 64 });

export const onRead = fexit("vfs_read", (ctx: FexitContext<[Ptr<bpfCoreFile>, u64, u64, u64], i64>) => {
  const magic = ctx.args[0].f_inode.i_sb.s_magic;
  const result = ctx.result;
  let stat = stats.get(magic);
  if (!stat) {
    stats.set(magic, Stat());
    stat = stats.get(magic);
    if (!stat) return;
  }
  stat.calls += 1n;
  if (result < 0n) {
    stat.errors += 1n;
    return;
  }
  const bytes = u64(result);
  stat.bytes += bytes;
  if (bytes > stat.largest) stat.largest = bytes;
});
