// A security hook that forbids some processes to make folders.
import { bpfGetCurrentPidTgid, hashMap, lsm, u32, u64 } from "tsbpf";

export const forbidden = hashMap(u32, u64, { maxEntries: 64 });

export const onMkdir = lsm("inode_mkdir", () => {
  const count = forbidden.ref(u32(bpfGetCurrentPidTgid() >> 32n));
  if (!count) return 0;
  count.value += 1n;
  return -13;
});
