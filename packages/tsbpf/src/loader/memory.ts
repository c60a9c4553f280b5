// The size of a memory page, which ring layouts depend on: 4 KiB on x86-64, up to 64 KiB on arm64.

import type { Kernel } from "../sys/kernel.js";
import { ByteReader } from "../util/bytes.js";

export function pageSizeBytes(kernel: Pick<Kernel, "readFile">): number {
  // The auxiliary vector is pairs of words: AT_PAGESZ is 6, AT_NULL ends it (include/uapi/linux/auxvec.h).
  const AT_PAGESZ = 6n;
  const bytes = kernel.readFile("/proc/self/auxv") ?? new Uint8Array(0);
  const reader = new ByteReader(bytes, "/proc/self/auxv");
  for (let at = 0; at + 16 <= reader.length; at += 16) {
    if (reader.u64(at) === AT_PAGESZ) return reader.size64(at + 8);
  }
  return 4096;
}
