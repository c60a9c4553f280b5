// Probes at the beginning and the return of a kernel function. What they saw is kept by process.
import {
  bpfGetCurrentPidTgid, hashMap, kprobe, kretprobe, struct, u32, u64, type i64, type KprobeContext,
  type KretprobeContext, type Ptr, type u16,
} from "tsbpf";

interface bpfCoreInode { readonly i_mode: u16 }
interface bpfCoreFile { readonly f_inode: Ptr<bpfCoreInode> }

const Read = struct({ entered: u64, returned: u64, wanted: u64, got: u64, mode: u32 });
export const reads = hashMap(u32, Read, { maxEntries: 1024 });

function ours(): u32 {
  return u32(bpfGetCurrentPidTgid() >> 32n);
}

/** vfs_read(file, buf, count, pos) */
export const onRead = kprobe("vfs_read", (ctx: KprobeContext<[Ptr<bpfCoreFile>, u64, u64, u64]>) => {
  const read = reads.get(ours());
  if (!read) return;
  read.entered += 1n;
  read.wanted = ctx.args[2];
  read.mode = u32(ctx.args[0].f_inode.i_mode);
});

export const onReadEnd = kretprobe("vfs_read", (ctx: KretprobeContext<i64>) => {
  const read = reads.get(ours());
  if (!read) return;
  read.returned += 1n;
  read.got = u64(ctx.result);
});
