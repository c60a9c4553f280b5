// Maps that are no Map of JavaScript: queues and stacks, arrays of programs, stack traces, what belongs to a task.

import type { KernelBytes } from "../sys/kernel.js";
import { Errno } from "../sys/errno.js";
import { ByteReader, ByteWriter } from "../util/bytes.js";
import { encodeValue, type Codec } from "./codec.js";
import { LoaderError, NotSupportedError, systemError } from "./errors.js";
import { kernelRelease, releaseAtLeast } from "./features.js";
import { checkOpen, deleteKey, keyBytes, lookup, update, type OpenMap } from "./map-access.js";
import type { UserProgArray, UserSequence, UserStackTrace, UserTaskStorage } from "./types.js";

export function sequenceMap(map: OpenMap, values: Codec): UserSequence<unknown> {
  const { name } = map.spec;
  const next = (how: "mapTake" | "mapLookup"): unknown => {
    checkOpen(map);
    const bytes: KernelBytes = new Uint8Array(values.sizeBytes);
    const status =
      how === "mapTake" ? map.kernel.mapTake(map.fd, bytes) : map.kernel.mapLookup(map.fd, undefined, bytes);
    if (status === -Errno.ENOENT) return undefined;
    if (status < 0) throw systemError("ERR_MAP", `read map "${name}"`, status);
    return values.decode(new ByteReader(bytes, `value of map "${name}"`), 0);
  };
  return {
    name,
    fd: map.fd,
    push(value) {
      checkOpen(map);
      const bytes = encodeValue(values, value, `value of map "${name}"`);
      const status = map.kernel.mapUpdate(map.fd, undefined, bytes, 0n);
      if (status >= 0) return true;
      if (status === -Errno.E2BIG) return false;
      throw systemError("ERR_MAP", `write map "${name}"`, status);
    },
    pop: () => next("mapTake"),
    peek: () => next("mapLookup"),
  };
}

function indexKey(map: OpenMap, index: number): KernelBytes {
  const { name, maxEntries } = map.spec;
  if (Number.isInteger(index) && index >= 0 && index < maxEntries) return new ByteWriter(16).u32(index).finish();
  throw new LoaderError("ERR_VALUE", `use map "${name}": index ${index} is not from 0 to ${maxEntries - 1}`);
}

export function progArray(map: OpenMap): UserProgArray {
  const { name, maxEntries } = map.spec;
  const self: UserProgArray = {
    name,
    fd: map.fd,
    length: maxEntries,
    get(index) {
      checkOpen(map);
      const id: KernelBytes = new Uint8Array(4);
      const status = map.kernel.mapLookup(map.fd, indexKey(map, index), id);
      if (status === -Errno.ENOENT) return undefined;
      if (status < 0) throw systemError("ERR_MAP", `read map "${name}"`, status);
      return new ByteReader(id, `program of map "${name}"`).u32(0);
    },
    set(index, program) {
      checkOpen(map);
      const value = new ByteWriter(16).u32(program.fd).finish();
      const status = map.kernel.mapUpdate(map.fd, indexKey(map, index), value, 0n);
      if (status >= 0) return self;
      const hint = `"${program.name}" is of another kind than the programs that use the array`;
      throw systemError("ERR_MAP", `write map "${name}"`, status, status === -Errno.EINVAL ? hint : undefined);
    },
    delete: (index) => deleteKey(map, indexKey(map, index)),
  };
  return self;
}

export function stackTraceMap(map: OpenMap): UserStackTrace {
  const { name, valueSize } = map.spec;
  const addresses = (bytes: KernelBytes): bigint[] | undefined => {
    checkOpen(map);
    const value: KernelBytes = new Uint8Array(valueSize);
    const status = map.kernel.mapLookup(map.fd, bytes, value);
    if (status === -Errno.ENOENT) return undefined;
    if (status < 0) throw systemError("ERR_MAP", `read map "${name}"`, status);
    const all = Array.from(new BigUint64Array(value.buffer));
    const end = all.indexOf(0n);
    return end < 0 ? all : all.slice(0, end);
  };
  // An id that says an error is that of no stack.
  const isId = (id: number): boolean => Number.isInteger(id) && id >= 0 && id <= 0xffffffff;
  const key = (id: number): KernelBytes => new ByteWriter(16).u32(id).finish();
  const self: UserStackTrace = {
    name,
    fd: map.fd,
    get: (id) => (isId(id) ? addresses(key(id)) : undefined),
    delete: (id) => isId(id) && deleteKey(map, key(id)),
    *entries() {
      for (const bytes of keyBytes(map)) {
        const stack = addresses(bytes);
        if (stack) yield [new ByteReader(bytes, `key of map "${name}"`).u32(0), stack];
      }
    },
    [Symbol.iterator]: () => self.entries(),
  };
  return self;
}

export function taskStorage(map: OpenMap, values: Codec): UserTaskStorage<unknown> {
  const { name } = map.spec;
  const withTask = <T>(pid: number, use: (key: KernelBytes) => T): T => {
    checkOpen(map);
    const doing = `use map "${name}" for process ${pid}`;
    const { kernel } = map;
    const fd = kernel.pidfdOpen(pid);
    if (fd === -Errno.ESRCH) throw new LoaderError("ERR_VALUE", `${doing}: there is no such process`);
    if (fd === -Errno.ENOSYS && !releaseAtLeast(kernelRelease(kernel), "5.3")) {
      const text = `${doing}: descriptors of processes need Linux 5.3`;
      throw new NotSupportedError(text, "descriptors of processes", "5.3", { errno: fd });
    }
    if (fd < 0) {
      const thread = "give the id of a process, not that of one of its threads";
      throw systemError("ERR_SYSTEM", doing, fd, fd === -Errno.EINVAL ? thread : undefined);
    }
    try {
      return use(new ByteWriter(16).u32(fd).finish());
    } finally {
      kernel.close(fd);
    }
  };
  const self: UserTaskStorage<unknown> = {
    name,
    fd: map.fd,
    get: (pid) => withTask(pid, (key) => lookup(map, key, values)),
    has: (pid) => withTask(pid, (key) => lookup(map, key, values) !== undefined),
    set(pid, value) {
      withTask(pid, (key) => update(map, key, encodeValue(values, value, `value of map "${name}"`)));
      return self;
    },
    delete: (pid) => withTask(pid, (key) => deleteKey(map, key)),
  };
  return self;
}
