// One element of a map: the system calls on it, with the errors they give.

import type { Kernel, KernelBytes } from "../sys/kernel.js";
import { Errno } from "../sys/errno.js";
import type { MapSpec } from "../object/spec.js";
import { ByteReader } from "../util/bytes.js";
import type { Codec } from "./codec.js";
import { LoaderError, systemError } from "./errors.js";

/** What a map's methods need; `isClosed` is asked before every system call, since a descriptor may be used again. */
export interface OpenMap {
  readonly kernel: Kernel;
  readonly spec: MapSpec;
  readonly fd: number;
  readonly isClosed: () => boolean;
}

export function lookup(map: OpenMap, key: KernelBytes, codec: Codec): unknown {
  checkOpen(map);
  const bytes: KernelBytes = new Uint8Array(new ArrayBuffer(codec.sizeBytes));
  const status = map.kernel.mapLookup(map.fd, key, bytes);
  if (status === -Errno.ENOENT) return undefined;
  if (status < 0) throw systemError("ERR_MAP", `read map "${map.spec.name}"`, status);
  return codec.decode(new ByteReader(bytes, `value of map "${map.spec.name}"`), 0);
}

export function update(map: OpenMap, key: KernelBytes, value: KernelBytes): void {
  checkOpen(map);
  const status = map.kernel.mapUpdate(map.fd, key, value, 0n);
  if (status >= 0) return;
  const full = status === -Errno.E2BIG ? `it is full, with ${map.spec.maxEntries} entries` : undefined;
  throw systemError("ERR_MAP", `write map "${map.spec.name}"`, status, full);
}

export function checkOpen(map: OpenMap): void {
  if (map.isClosed()) throw new LoaderError("ERR_CLOSED", `use map "${map.spec.name}": the object is closed`);
}

/** True when there was such an entry. */
export function deleteKey(map: OpenMap, key: KernelBytes): boolean {
  checkOpen(map);
  const status = map.kernel.mapDelete(map.fd, key);
  if (status >= 0) return true;
  if (status === -Errno.ENOENT) return false;
  throw systemError("ERR_MAP", `delete from map "${map.spec.name}"`, status);
}

/**
 * The keys there are now. They are read at once: when the key that the kernel goes on from is deleted meanwhile, it
 * begins again at the first (htab_map_get_next_key), so a key may come twice and the walk has to be bounded.
 */
export function keyBytes(map: OpenMap): KernelBytes[] {
  checkOpen(map);
  const found = new Map<string, KernelBytes>();
  let previous: KernelBytes | undefined;
  for (let steps = 0; steps <= 2 * map.spec.maxEntries; steps++) {
    const next: KernelBytes = new Uint8Array(new ArrayBuffer(map.spec.keySize));
    const status = map.kernel.mapNextKey(map.fd, previous, next);
    if (status === -Errno.ENOENT) break;
    if (status < 0) throw systemError("ERR_MAP", `read keys of map "${map.spec.name}"`, status);
    found.set(Buffer.from(next.buffer).toString("latin1"), next);
    previous = next;
  }
  return [...found.values()];
}
