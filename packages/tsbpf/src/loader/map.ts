// Maps as user space sees them, with the methods of JavaScript's Map. Every call is a system call: nothing is cached.

import type { Kernel, KernelBytes } from "../sys/kernel.js";
import type { Btf, BtfTypeId } from "../btf/types.js";
import type { MapSpec } from "../object/spec.js";
import { ByteReader, ByteWriter } from "../util/bytes.js";
import { bytesCodec, codecOf, encodeValue, type Codec } from "./codec.js";
import { possibleCpus } from "./cpus.js";
import { LoaderError } from "./errors.js";
import { createEventStream } from "./events.js";
import { deleteKey, keyBytes, lookup, update, type OpenMap } from "./map-access.js";
import { MapType } from "./map-create.js";
import { progArray, sequenceMap, stackTraceMap, taskStorage } from "./more-maps.js";
import { perfRings } from "./perf.js";
import { ringBufferRings } from "./ringbuf.js";
import type { LoadedMap, UserArray, UserHashMap } from "./types.js";

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
    case MapType.LPM_TRIE:
      return hashMap(map, keyCodec(spec, btf), valueCodec(spec, btf));
    case MapType.PERCPU_HASH:
    case MapType.LRU_PERCPU_HASH:
      return hashMap(map, keyCodec(spec, btf), perCpuCodec(valueCodec(spec, btf), possibleCpus(kernel).length));
    case MapType.ARRAY:
      return arrayMap(map, valueCodec(spec, btf));
    case MapType.PERCPU_ARRAY:
      return arrayMap(map, perCpuCodec(valueCodec(spec, btf), possibleCpus(kernel).length));
    case MapType.QUEUE:
    case MapType.STACK:
      return sequenceMap(map, valueCodec(spec, btf));
    case MapType.PROG_ARRAY:
      return progArray(map);
    case MapType.STACK_TRACE:
      return stackTraceMap(map);
    case MapType.TASK_STORAGE:
      return taskStorage(map, valueCodec(spec, btf));
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
    delete: (wanted) => deleteKey(map, key(wanted)),
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
