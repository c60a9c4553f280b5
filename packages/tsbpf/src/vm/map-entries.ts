// Hash and array maps: values by key. Every value, for every CPU, is a region of its own. As in the kernel, replacing a
// value of a hash map makes a new one, while arrays and per-CPU values are overwritten in place.

import type { MapSpec } from "../object/spec.js";
import { addRegion, type Memory, regionBytes, retireRegion } from "./memory.js";

export interface EntriesHost {
  readonly memory: Memory;
  readonly cpuCount: number;
  /** The CPU that programs run on now. */
  readonly cpu: () => number;
}

/** Keys and values are given as a byte array and a place in it. Numbers that are results are 0 or a negated errno. */
export interface Entries {
  /** The region of the value that a program sees; -1: there is none. */
  find(bytes: Uint8Array, at: number): number;
  /** The regions of all CPUs (one for other maps); undefined: there is no such key. It leaves no trace. */
  regions(bytes: Uint8Array, at: number): readonly number[] | undefined;
  update(bytes: Uint8Array, keyAt: number, value: Uint8Array, valueAt: number, flags: number): number;
  remove(bytes: Uint8Array, at: number): number;
  /** Copies, in the order of insertion. */
  keys(): Uint8Array<ArrayBuffer>[];
  /** The region that a program sees for a given CPU. */
  findOn(bytes: Uint8Array, at: number, cpu: number): number;
}

export const NOEXIST = 1;
export const EXIST = 2;
/** Negated errno (include/uapi/asm-generic/errno-base.h). */
export const ErrorNumber = { ENOENT: -2, E2BIG: -7, EFAULT: -14, EEXIST: -17, EINVAL: -22, ENOSPC: -28 } as const;

interface Entry {
  readonly key: Uint8Array<ArrayBuffer>;
  readonly regions: number[];
}

export function hashEntries(
  host: EntriesHost,
  spec: MapSpec,
  kind: { readonly perCpu: boolean; readonly evicts: boolean },
): Entries {
  const { memory } = host;
  const entries = new Map<string | number, Entry>();
  const keyOf = (bytes: Uint8Array, at: number): string | number => keyText(bytes, at, spec.keySize);
  const slot = (cpu: number): number => (kind.perCpu ? cpu : 0);
  const insert = (text: string | number, key: Uint8Array<ArrayBuffer>): Entry | undefined => {
    if (entries.size >= spec.maxEntries) {
      const [oldest] = kind.evicts ? entries : [];
      if (!oldest) return undefined;
      drop(oldest[0], oldest[1]);
    }
    const count = kind.perCpu ? host.cpuCount : 1;
    const entry = { key, regions: Array.from({ length: count }, () => valueRegion(memory, spec)) };
    entries.set(text, entry);
    return entry;
  };
  const drop = (text: string | number, entry: Entry): void => {
    entries.delete(text);
    for (const region of entry.regions) retireRegion(memory, region);
  };
  const findOn = (bytes: Uint8Array, at: number, cpu: number): number => {
    const text = keyOf(bytes, at);
    const entry = entries.get(text);
    if (!entry) return -1;
    if (kind.evicts) use(entries, text, entry);
    return entry.regions[slot(cpu)] ?? -1;
  };
  const update = (bytes: Uint8Array, keyAt: number, value: Uint8Array, valueAt: number, flags: number): number => {
    const text = keyOf(bytes, keyAt);
    const known = entries.get(text);
    const problem = flagsProblem(flags, known !== undefined);
    if (problem !== 0) return problem;
    // Copied before memory may grow below the caller's view of it.
    const [key, copy] = [bytes.slice(keyAt, keyAt + spec.keySize), value.slice(valueAt, valueAt + spec.valueSize)];
    const entry = known ?? insert(text, key);
    if (!entry) return ErrorNumber.E2BIG;
    // Storing a value is a use (htab_lru_map_update_elem, kernel/bpf/hashtab.c).
    if (kind.evicts) use(entries, text, entry);
    const at = slot(host.cpu());
    const old = entry.regions[at];
    if (known && !kind.perCpu && old !== undefined) {
      retireRegion(memory, old);
      entry.regions[at] = valueRegion(memory, spec);
    }
    regionBytes(memory, entry.regions[at] ?? 0).set(copy);
    return 0;
  };
  return {
    find: (bytes, at) => findOn(bytes, at, host.cpu()),
    findOn,
    update,
    regions: (bytes, at) => entries.get(keyOf(bytes, at))?.regions,
    remove(bytes, at) {
      const text = keyOf(bytes, at);
      const entry = entries.get(text);
      if (!entry) return ErrorNumber.ENOENT;
      drop(text, entry);
      return 0;
    },
    keys: () => [...entries.values()].map(({ key }) => key.slice()),
  };
}

/** The order of the JavaScript map is the order of use; the kernel's LRU is an approximation of it. */
function use(entries: Map<string | number, Entry>, text: string | number, entry: Entry): void {
  entries.delete(text);
  entries.set(text, entry);
}

/** Elements get their memory when they are first asked for: an array may be much larger than what a test uses. */
export function arrayEntries(host: EntriesHost, spec: MapSpec, perCpu: boolean): Entries {
  const { memory } = host;
  const elements = new Map<number, readonly number[]>();
  const regionsAt = (index: number): readonly number[] | undefined => {
    if (index >= spec.maxEntries) return undefined;
    let regions = elements.get(index);
    if (!regions) {
      regions = Array.from({ length: perCpu ? host.cpuCount : 1 }, () => valueRegion(memory, spec));
      elements.set(index, regions);
    }
    return regions;
  };
  const regions = (bytes: Uint8Array, at: number): readonly number[] | undefined => regionsAt(readU32(bytes, at));
  const findOn = (bytes: Uint8Array, at: number, cpu: number): number => regions(bytes, at)?.[perCpu ? cpu : 0] ?? -1;
  return {
    find: (bytes, at) => findOn(bytes, at, host.cpu()),
    findOn,
    regions,
    update(bytes, keyAt, value, valueAt, flags) {
      if (flags > EXIST) return ErrorNumber.EINVAL;
      if (readU32(bytes, keyAt) >= spec.maxEntries) return ErrorNumber.E2BIG;
      if (flags === NOEXIST) return ErrorNumber.EEXIST;
      const copy = value.slice(valueAt, valueAt + spec.valueSize);
      regionBytes(memory, findOn(bytes, keyAt, host.cpu())).set(copy);
      return 0;
    },
    remove: () => ErrorNumber.EINVAL,
    keys: () => Array.from({ length: spec.maxEntries }, (_, index) => bytesOfU32(index)),
  };
}

/** 0 when an update with these flags may go on. */
export function flagsProblem(flags: number, exists: boolean): number {
  if (flags < 0 || flags > EXIST) return ErrorNumber.EINVAL;
  if (flags === NOEXIST && exists) return ErrorNumber.EEXIST;
  return flags === EXIST && !exists ? ErrorNumber.ENOENT : 0;
}

export function valueRegion(memory: Memory, spec: MapSpec): number {
  return addRegion(memory, "map value", `a value of map "${spec.name}"`, spec.valueSize);
}

export function readU32(bytes: Uint8Array, at: number): number {
  const [a, b, c, d] = [bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0, bytes[at + 3] ?? 0];
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}

export function bytesOfU32(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array([value, value >>> 8, value >>> 16, value >>> 24]);
}

/** Equal for equal bytes. Keys of four bytes are by far the most common, and numbers are the quickest. */
function keyText(bytes: Uint8Array, at: number, size: number): string | number {
  if (size === 4) return readU32(bytes, at);
  let text = "";
  for (let index = at; index < at + size; index++) text += String.fromCharCode(bytes[index] ?? 0);
  return text;
}
