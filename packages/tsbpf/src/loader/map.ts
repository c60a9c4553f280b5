// Maps as user space sees them, with the methods of JavaScript's Map. Every call is a system call: nothing is cached.

import type { Kernel, KernelBytes } from "../sys/kernel.js";
import { Errno } from "../sys/errno.js";
import type { Btf, BtfTypeId } from "../btf/types.js";
import type { MapSpec } from "../object/spec.js";
import { ByteReader, ByteWriter } from "../util/bytes.js";
import { bytesCodec, codecOf, encodeValue, type Codec } from "./codec.js";
import { possibleCpus } from "./cpus.js";
import { LoaderError, systemError } from "./errors.js";
import { createEventStream } from "./events.js";
import { MapType } from "./map-create.js";
import { perfRings } from "./perf.js";
import { ringBufferRings } from "./ringbuf.js";
import type { LoadedMap, UserArray, UserHashMap } from "./types.js";

/** What a map's methods need; `isClosed` is asked before every system call, since a descriptor may be used again. */
interface OpenMap {
  readonly kernel: Kernel;
  readonly spec: MapSpec;
  readonly fd: number;
  readonly isClosed: () => boolean;
}

export function openUserMap(
  kernel: Kernel,
  spec: MapSpec,
  fd: number,
  btf: Btf | undefined,
  isClosed: () => boolean,
): LoadedMap {
  const map: OpenMap = { kernel, spec, fd, isClosed };
  const { name } = spec;
  switch (spec.type) {
    case MapType.PERF_EVENT_ARRAY:
      return createEventStream(name, kernel, perfRings(kernel, { name, fd, codec: eventCodec(spec, btf) }));
    case MapType.RINGBUF: {
      const codec = eventCodec(spec, btf);
      return createEventStream(name, kernel, ringBufferRings(kernel, { name, fd, codec, dataBytes: spec.maxEntries }));
    }
    case MapType.HASH:
    case MapType.LRU_HASH:
      return hashMap(map, keyCodec(spec, btf), valueCodec(spec, btf));
    case MapType.PERCPU_HASH:
    case MapType.LRU_PERCPU_HASH:
      return hashMap(map, keyCodec(spec, btf), perCpuCodec(valueCodec(spec, btf), possibleCpus(kernel).length));
    case MapType.ARRAY:
      return arrayMap(map, valueCodec(spec, btf));
    case MapType.PERCPU_ARRAY:
      return arrayMap(map, perCpuCodec(valueCodec(spec, btf), possibleCpus(kernel).length));
    default:
      return { name, fd, type: spec.type };
  }
}

function eventCodec(spec: MapSpec, btf: Btf | undefined): Codec | undefined {
  return btf && spec.eventTypeId !== undefined ? codecOf(btf, spec.eventTypeId) : undefined;
}

function keyCodec(spec: MapSpec, btf: Btf | undefined): Codec {
  return typedCodec(btf, spec.keyTypeId, spec.keySize);
}

function valueCodec(spec: MapSpec, btf: Btf | undefined): Codec {
  return typedCodec(btf, spec.valueTypeId, spec.valueSize);
}

/** Bytes where there is no type, or one of another size. */
function typedCodec(btf: Btf | undefined, typeId: BtfTypeId | undefined, sizeBytes: number): Codec {
  if (!btf || typeId === undefined || typeId === 0) return bytesCodec(sizeBytes);
  const codec = codecOf(btf, typeId);
  return codec.sizeBytes === sizeBytes ? codec : bytesCodec(sizeBytes);
}

/** One value for each possible CPU, each in a multiple of eight bytes (bpf_percpu_array_copy). */
function perCpuCodec(codec: Codec, cpuCount: number): Codec {
  const strideBytes = Math.ceil(codec.sizeBytes / 8) * 8;
  return {
    sizeBytes: strideBytes * cpuCount,
    decode(reader, offset) {
      const values: unknown[] = [];
      for (let cpu = 0; cpu < cpuCount; cpu++) values.push(codec.decode(reader, offset + cpu * strideBytes));
      return values;
    },
    encode(out, value, where) {
      if (!Array.isArray(value) || value.length !== cpuCount) {
        throw new LoaderError(
          "ERR_VALUE",
          `write ${where}: expected an array of ${cpuCount}, one for each possible CPU`,
        );
      }
      value.forEach((one: unknown, cpu) => {
        codec.encode(out, one, `${where}[${cpu}]`);
        out.zeros(strideBytes - codec.sizeBytes);
      });
    },
  };
}

function lookup(map: OpenMap, key: KernelBytes, codec: Codec): unknown {
  checkOpen(map);
  const bytes: KernelBytes = new Uint8Array(new ArrayBuffer(codec.sizeBytes));
  const status = map.kernel.mapLookup(map.fd, key, bytes);
  if (status === -Errno.ENOENT) return undefined;
  if (status < 0) throw systemError("ERR_MAP", `read map "${map.spec.name}"`, status);
  return codec.decode(new ByteReader(bytes, `value of map "${map.spec.name}"`), 0);
}

function update(map: OpenMap, key: KernelBytes, value: KernelBytes): void {
  checkOpen(map);
  const status = map.kernel.mapUpdate(map.fd, key, value, 0n);
  if (status >= 0) return;
  const full = status === -Errno.E2BIG ? `it is full, with ${map.spec.maxEntries} entries` : undefined;
  throw systemError("ERR_MAP", `write map "${map.spec.name}"`, status, full);
}

function checkOpen(map: OpenMap): void {
  if (map.isClosed()) throw new LoaderError("ERR_CLOSED", `use map "${map.spec.name}": the object is closed`);
}

function hashMap(map: OpenMap, keys: Codec, values: Codec): UserHashMap<unknown, unknown> {
  const { name } = map.spec;
  const key = (value: unknown): KernelBytes => encodeValue(keys, value, `key of map "${name}"`);
  const self: UserHashMap<unknown, unknown> = {
    name,
    fd: map.fd,
    get: (wanted) => lookup(map, key(wanted), values),
    has: (wanted) => lookup(map, key(wanted), values) !== undefined,
    set(wanted, value) {
      update(map, key(wanted), encodeValue(values, value, `value of map "${name}"`));
      return self;
    },
    delete(wanted) {
      checkOpen(map);
      const status = map.kernel.mapDelete(map.fd, key(wanted));
      if (status >= 0) return true;
      if (status === -Errno.ENOENT) return false;
      throw systemError("ERR_MAP", `delete from map "${name}"`, status);
    },
    *keys() {
      for (const bytes of keyBytes(map)) yield keys.decode(new ByteReader(bytes, `key of map "${name}"`), 0);
    },
    *values() {
      for (const [, value] of self.entries()) yield value;
    },
    *entries() {
      for (const bytes of keyBytes(map)) {
        const value = lookup(map, bytes, values);
        // Deleted since its key was read.
        if (value === undefined) continue;
        yield [keys.decode(new ByteReader(bytes, `key of map "${name}"`), 0), value];
      }
    },
    [Symbol.iterator]: () => self.entries(),
  };
  return self;
}

/**
 * The keys there are now. They are read at once: when the key that the kernel goes on from is deleted meanwhile, it
 * begins again at the first (htab_map_get_next_key), so a key may come twice and the walk has to be bounded.
 */
function keyBytes(map: OpenMap): KernelBytes[] {
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

function arrayMap(map: OpenMap, values: Codec): UserArray<unknown> {
  const { name, maxEntries: length } = map.spec;
  const isInside = (index: number): boolean => Number.isInteger(index) && index >= 0 && index < length;
  const key = (index: number): KernelBytes => new ByteWriter(16).u32(index).finish();
  const self: UserArray<unknown> = {
    name,
    fd: map.fd,
    length,
    get: (index) => (isInside(index) ? lookup(map, key(index), values) : undefined),
    set(index, value) {
      if (!isInside(index)) {
        throw new LoaderError("ERR_VALUE", `write map "${name}": index ${index} is not from 0 to ${length - 1}`);
      }
      update(map, key(index), encodeValue(values, value, `value of map "${name}"`));
      return self;
    },
    *keys() {
      for (let index = 0; index < length; index++) yield index;
    },
    *values() {
      for (let index = 0; index < length; index++) yield self.get(index);
    },
    *entries() {
      for (let index = 0; index < length; index++) yield [index, self.get(index)];
    },
    [Symbol.iterator]: () => self.entries(),
  };
  return self;
}
