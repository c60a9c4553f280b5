// The maps of the virtual machine. A map has the parts that its kind has: entries by key, a queue, a stream of records,
// programs, stack traces. Values that programs get the address of are regions of memory.

import type { MapSpec } from "../object/spec.js";
import { assert } from "../util/assert.js";
import type { LoadedImage } from "./core.js";
import { arrayEntries, type Entries, type EntriesHost, hashEntries } from "./map-entries.js";
import { trieEntries } from "./map-trie.js";
import { createQueue, createStream, type Queue, type Stream } from "./map-streams.js";

export interface VmMap {
  readonly spec: MapSpec;
  /** Its number: the low half of its address. */
  readonly id: number;
  readonly entries?: Entries;
  readonly queue?: Queue;
  readonly stream?: Stream;
  readonly programs?: Map<number, LoadedImage>;
  /** Addresses, innermost first, by stack id. */
  readonly stacks?: Map<number, readonly bigint[]>;
  /** Region of the value that belongs to the task at this address. */
  readonly storage?: Map<bigint, number>;
}

/** enum bpf_map_type of include/uapi/linux/bpf.h. */
export const MapType = {
  HASH: 1,
  ARRAY: 2,
  PROG_ARRAY: 3,
  PERF_EVENT_ARRAY: 4,
  PERCPU_HASH: 5,
  PERCPU_ARRAY: 6,
  STACK_TRACE: 7,
  LRU_HASH: 9,
  LRU_PERCPU_HASH: 10,
  LPM_TRIE: 11,
  QUEUE: 22,
  STACK: 23,
  RINGBUF: 27,
  TASK_STORAGE: 29,
} as const;

/** Undefined for a kind that the machine does not have. */
export function createMap(host: EntriesHost, spec: MapSpec, id: number): VmMap | undefined {
  assert(id >= 0, `map number ${id}`);
  switch (spec.type) {
    case MapType.HASH:
      return { spec, id, entries: hashEntries(host, spec, { perCpu: false, evicts: false }) };
    case MapType.LRU_HASH:
      return { spec, id, entries: hashEntries(host, spec, { perCpu: false, evicts: true }) };
    case MapType.PERCPU_HASH:
      return { spec, id, entries: hashEntries(host, spec, { perCpu: true, evicts: false }) };
    case MapType.LRU_PERCPU_HASH:
      return { spec, id, entries: hashEntries(host, spec, { perCpu: true, evicts: true }) };
    case MapType.ARRAY:
      return { spec, id, entries: arrayEntries(host, spec, false) };
    case MapType.PERCPU_ARRAY:
      return { spec, id, entries: arrayEntries(host, spec, true) };
    case MapType.LPM_TRIE:
      return { spec, id, entries: trieEntries(host, spec) };
    case MapType.QUEUE:
      return { spec, id, queue: createQueue(spec.maxEntries, false) };
    case MapType.STACK:
      return { spec, id, queue: createQueue(spec.maxEntries, true) };
    case MapType.PERF_EVENT_ARRAY:
      return { spec, id, stream: createStream(0) };
    case MapType.RINGBUF:
      return { spec, id, stream: createStream(spec.maxEntries) };
    case MapType.PROG_ARRAY:
      return { spec, id, programs: new Map() };
    case MapType.STACK_TRACE:
      return { spec, id, stacks: new Map() };
    case MapType.TASK_STORAGE:
      return { spec, id, storage: new Map() };
    default:
      return undefined;
  }
}
