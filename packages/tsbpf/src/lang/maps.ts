// Factories of maps with entries, and what their methods do in plain Node, where there is one CPU. Those of maps
// without entries of their own are in more-maps.ts.

import { refTo, type Cell } from "./data.js";
import type {
  ArrayMap,
  EntryMap,
  HashMap,
  IndexMap,
  LpmTrie,
  LruHashMap,
  PerCpuArray,
  PerCpuHashMap,
  Queue,
  Ref,
  SequenceMap,
  Stack,
  TaskStorage,
  Walkable,
} from "./map-types.js";
import type { Layout, Schema } from "./types.js";
import { convertInt, copyInto, keyText, layoutBytes, storedValue, zeroValue } from "./values.js";

interface Entries {
  readonly maxEntries: number;
}

/** A hash map from keys to values, at most `maxEntries` of them. */
export function hashMap<K, DK, V, DV>(
  key: Schema<K, DK>,
  value: Schema<V, DV>,
  options: Entries,
): HashMap<K, V, DK, DV> {
  return { mapKind: "hash", ...entryMethods<K, V>(key.layout, value.layout, options) };
}

/**
 * A hash map that drops an entry that was not used for long when a new one needs its place. Which one that is, is only
 * roughly known: the kernel keeps lists for each CPU. Requires Linux 4.10 or newer.
 */
export function lruHashMap<K, DK, V, DV>(
  key: Schema<K, DK>,
  value: Schema<V, DV>,
  options: Entries,
): LruHashMap<K, V, DK, DV> {
  return { mapKind: "lru_hash", ...entryMethods<K, V>(key.layout, value.layout, { ...options, evicts: true }) };
}

/** A hash map with a value for each CPU. Requires Linux 4.6 or newer. */
export function perCpuHashMap<K, DK, V, DV>(
  key: Schema<K, DK>,
  value: Schema<V, DV>,
  options: Entries,
): PerCpuHashMap<K, V, DK, DV> {
  return { mapKind: "percpu_hash", ...entryMethods<K, V>(key.layout, value.layout, { ...options, inPlace: true }) };
}

/**
 * A map from prefixes to values, as routes are looked up. The key is a struct: its first field, a u32, is the prefix's
 * length in bits, and the bytes behind it are compared from the first on (addresses in network byte order). Requires
 * Linux 4.11 or newer.
 */
export function lpmTrie<K extends object, DK, V, DV>(
  key: Schema<K, DK>,
  value: Schema<V, DV>,
  options: Entries,
): LpmTrie<K, V, DK, DV> {
  return { mapKind: "lpm_trie", ...prefixMethods<K, V>(key.layout, value.layout, options) };
}

/** An array of `maxEntries` values, all there from the start and zero. */
export function arrayMap<V, DV>(value: Schema<V, DV>, options: Entries): ArrayMap<V, DV> {
  return { mapKind: "array", ...indexMethods<V>(value.layout, options.maxEntries) };
}

/** An array of `maxEntries` values for each CPU. */
export function perCpuArray<V, DV>(value: Schema<V, DV>, options: Entries): PerCpuArray<V, DV> {
  return { mapKind: "percpu_array", ...indexMethods<V>(value.layout, options.maxEntries) };
}

/** Values that come out in the order in which they went in. Requires Linux 4.20 or newer. */
export function queue<V, DV>(value: Schema<V, DV>, options: Entries): Queue<V, DV> {
  return { mapKind: "queue", ...sequenceMethods<V>(value.layout, options.maxEntries, "first") };
}

/** Values of which the last one in comes out first. Requires Linux 4.20 or newer. */
export function stack<V, DV>(value: Schema<V, DV>, options: Entries): Stack<V, DV> {
  return { mapKind: "stack", ...sequenceMethods<V>(value.layout, options.maxEntries, "last") };
}

/** A value for each task, which is there as long as the task is. Requires Linux 5.11 or newer. */
export function taskStorage<V, DV>(value: Schema<V, DV>): TaskStorage<V, DV> {
  const cells = new WeakMap<object, Cell>();
  const create = (task: object): Cell => {
    const cell = cells.get(task) ?? { value: zeroValue(value.layout) };
    cells.set(task, cell);
    return cell;
  };
  return {
    mapKind: "task_storage",
    get: (task) => cells.get(task)?.value as V | undefined,
    getOrCreate: (task) => create(task).value as V,
    delete: (task) => cells.delete(task),
    ref: (task) => refTo<V>(value.layout, create(task)),
  };
}

type Methods<M extends { readonly mapKind: string }> = Omit<M, "mapKind">;

interface EntryOptions extends Entries {
  /** A new key takes the place of the entry that was used least recently, read or stored. */
  readonly evicts?: boolean;
  /** Storing under a key that is there changes its value, where other maps put a new one in its place. */
  readonly inPlace?: boolean;
}

type HashMethods<K, V> = Methods<EntryMap<K, V> & Walkable<V, K>>;

function entryMethods<K, V>(key: Layout, value: Layout, options: EntryOptions): HashMethods<K, V> {
  const entries = new Map<string, Cell & { readonly key: K }>();
  const find = (k: K): Cell | undefined => {
    const text = keyText(key, k);
    const cell = entries.get(text);
    // The order of the JavaScript map is the order of use.
    if (cell && options.evicts) {
      entries.delete(text);
      entries.set(text, cell);
    }
    return cell;
  };
  return {
    get: (k) => find(k)?.value as V | undefined,
    has: (k) => find(k) !== undefined,
    set(k, v) {
      const text = keyText(key, k);
      const known = find(k);
      if (known && options.inPlace) {
        refTo(value, known).value = v;
        return true;
      }
      if (!known && entries.size >= options.maxEntries) {
        const [oldest] = entries.keys();
        if (!options.evicts || oldest === undefined) return false;
        entries.delete(oldest);
      }
      entries.set(text, { key: storedValue(key, k) as K, value: storedValue(value, v) });
      return true;
    },
    delete: (k) => entries.delete(keyText(key, k)),
    ref: (k) => optionalRef<V>(value, find(k)),
    forEach(callback) {
      // The callback may use entries, which changes their order, and delete them.
      const texts = [...entries.keys()];
      for (const text of texts) {
        const cell = entries.get(text);
        if (cell && callback(cell.value as V, storedValue(key, cell.key) as K) === true) return;
      }
    },
  };
}

function optionalRef<V>(layout: Layout, cell: Cell | undefined): Ref<V> | undefined {
  return cell && refTo<V>(layout, cell);
}

/** A prefix: its length in bits, and the text of those bits. */
interface Prefix {
  readonly lengthBits: number;
  readonly maxBits: number;
  readonly bits: string;
}

/** The length is in the first four bytes (struct bpf_lpm_trie_key, include/uapi/linux/bpf.h). */
function prefixOf(layout: Layout, key: unknown): Prefix {
  const bytes = layoutBytes(layout, key);
  const view = new Uint32Array(bytes.slice(0, 4).buffer);
  const bits = [...bytes.subarray(4)].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const lengthBits = view[0] ?? 0;
  return { lengthBits, maxBits: bits.length, bits: bits.slice(0, lengthBits) };
}

function prefixMethods<K, V>(key: Layout, value: Layout, options: Entries): Methods<EntryMap<K, V>> {
  const entries = new Map<string, Cell>();
  const find = (k: K): Cell | undefined => {
    const { bits, lengthBits, maxBits } = prefixOf(key, k);
    if (lengthBits > maxBits) return undefined;
    for (let length = bits.length; length >= 0; length--) {
      const cell = entries.get(bits.slice(0, length));
      if (cell) return cell;
    }
    return undefined;
  };
  return {
    get: (k) => find(k)?.value as V | undefined,
    has: (k) => find(k) !== undefined,
    set(k, v) {
      const { bits, lengthBits, maxBits } = prefixOf(key, k);
      if (lengthBits > maxBits || (!entries.has(bits) && entries.size >= options.maxEntries)) return false;
      entries.set(bits, { value: storedValue(value, v) });
      return true;
    },
    delete(k) {
      const { bits, lengthBits, maxBits } = prefixOf(key, k);
      return lengthBits <= maxBits && entries.delete(bits);
    },
    ref: (k) => optionalRef<V>(value, find(k)),
  };
}

function indexMethods<V>(layout: Layout, maxEntries: number): Methods<IndexMap<V>> & Walkable<V, number> {
  const cells = new Map<number, Cell>();
  const find = (index: number): Cell | undefined => {
    const at = Number(convertInt(32, false, index));
    if (at >= maxEntries) return undefined;
    const known = cells.get(at);
    if (known) return known;
    const cell = { value: zeroValue(layout) as unknown };
    cells.set(at, cell);
    return cell;
  };
  return {
    get: (index) => find(index)?.value as V | undefined,
    set(index, value) {
      const cell = find(index);
      if (!cell) return false;
      if (typeof cell.value === "object" && cell.value !== null) copyInto(layout, cell.value, value);
      else cell.value = storedValue(layout, value);
      return true;
    },
    ref: (index) => optionalRef<V>(layout, find(index)),
    forEach(callback) {
      for (let index = 0; index < maxEntries; index++) {
        if (callback(find(index)?.value as V, index) === true) return;
      }
    },
  };
}

function sequenceMethods<V>(layout: Layout, maxEntries: number, next: "first" | "last"): Methods<SequenceMap<V>> {
  const values: unknown[] = [];
  return {
    push(value) {
      if (values.length >= maxEntries) return false;
      values.push(storedValue(layout, value));
      return true;
    },
    pop: () => (next === "first" ? values.shift() : values.pop()) as V | undefined,
    peek() {
      const value = values.at(next === "first" ? 0 : -1);
      return value === undefined ? undefined : (storedValue(layout, value) as V);
    },
  };
}
