// The table of map types: what the kernel accepts as key and value sizes (the map_alloc_check and map_alloc functions
// in kernel/bpf/*.c), and since when it has them. Numbers are enum bpf_map_type of include/uapi/linux/bpf.h.

/** A size in bytes that must be met exactly, or a range of them; "any" is at least one byte. */
export type SizeRule = number | "any" | { readonly min: number; readonly max?: number; readonly multipleOf?: number };

export interface MapKindSpec {
  /** The kernel's name in lower case, "perf_event_array". */
  readonly name: string;
  /** enum bpf_map_type. */
  readonly type: number;
  readonly keySize: SizeRule;
  readonly valueSize: SizeRule;
  /** The rule for max_entries: a number it must be, or that it must be positive, or a power of two of whole pages. */
  readonly maxEntries: "positive" | "page_power_of_two" | number;
  /** Flags without which the kernel refuses the map (BPF_F_NO_PREALLOC = 1, BPF_F_MMAPABLE = 0x400). */
  readonly requiredFlags: number;
  /** The first kernel release that has it. */
  readonly minKernel: string;
  /** It carries records to user space, and has no element of its own. */
  readonly hasEvents: boolean;
  /** Each possible CPU has a value of its own. */
  readonly perCpu: boolean;
  /** The largest key and value in bytes that every kernel takes. */
  readonly keyBytesMax: number;
  readonly valueBytesMax: number;
  /** What the kernel adds to key and value for one element, at most. */
  readonly overheadBytes: number;
}

type Extra = Partial<Omit<MapKindSpec, "type" | "name" | "keySize" | "valueSize" | "minKernel">>;

/** MAX_BPF_STACK: where a program makes its keys (htab_map_alloc_check, kernel/bpf/hashtab.c). */
const keyBytesMax = 512;
/** KMALLOC_MAX_SIZE is 4 MiB, of which an element's own fields take some (kernel/bpf/hashtab.c, lpm_trie.c). */
const valueBytesMax = 2 ** 22 - 1024;
/** PCPU_MIN_UNIT_SIZE, include/linux/percpu.h. */
const perCpuBytesMax = 2 ** 15;
/** struct htab_elem, its bucket and the lists of an LRU map. */
const hashElement = 96;
/** U16_MAX and what struct bpf_local_storage_elem takes of it (kernel/bpf/bpf_local_storage.c). */
const storageBytesMax = 2 ** 16 - 512;

function map(
  type: number,
  name: string,
  keySize: SizeRule,
  valueSize: SizeRule,
  minKernel: string,
  extra: Extra = {},
): MapKindSpec {
  return {
    name,
    type,
    keySize,
    valueSize,
    maxEntries: "positive",
    requiredFlags: 0,
    minKernel,
    hasEvents: false,
    perCpu: false,
    keyBytesMax,
    valueBytesMax: extra.perCpu ? perCpuBytesMax : valueBytesMax,
    overheadBytes: name.includes("hash") || name === "lpm_trie" ? hashElement : 0,
    ...extra,
  };
}

/** BPF_F_NO_PREALLOC. */
const NO_PREALLOC = 1;
/** BPF_F_MMAPABLE. */
const MMAPABLE = 0x400;
/** Local storage lives with its owner, so it has no limit on entries and no pre-allocation. */
const storage: Extra = { maxEntries: 0, requiredFlags: NO_PREALLOC, valueBytesMax: storageBytesMax };
/** A descriptor of a program, map, cgroup or perf event. */
const fd = 4;

export const mapKinds: readonly MapKindSpec[] = [
  map(1, "hash", "any", "any", "3.19"),
  map(2, "array", 4, "any", "3.19"),
  map(3, "prog_array", 4, fd, "4.2"),
  // The user gives 0 entries to mean one for each possible CPU; libraries fill it in before the kernel sees it.
  map(4, "perf_event_array", 4, fd, "4.3", { hasEvents: true }),
  map(5, "percpu_hash", "any", "any", "4.6", { perCpu: true }),
  map(6, "percpu_array", 4, "any", "4.6", { perCpu: true }),
  // A value is up to sysctl kernel.perf_event_max_stack addresses of 8 bytes, or 32-byte build ids.
  map(7, "stack_trace", 4, { min: 8, multipleOf: 8 }, "4.6"),
  map(8, "cgroup_array", 4, fd, "4.8"),
  map(9, "lru_hash", "any", "any", "4.10"),
  map(10, "lru_percpu_hash", "any", "any", "4.10", { perCpu: true }),
  // A key is a 4-byte prefix length and 1 to 256 bytes (kernel/bpf/lpm_trie.c).
  map(11, "lpm_trie", { min: 5, max: 260 }, "any", "4.11", { requiredFlags: NO_PREALLOC, keyBytesMax: 260 }),
  map(12, "array_of_maps", 4, fd, "4.12"),
  map(13, "hash_of_maps", "any", fd, "4.12"),
  // An interface index, since 5.8 optionally followed by a program's descriptor.
  map(14, "devmap", 4, { min: 4, max: 8, multipleOf: 4 }, "4.14"),
  map(15, "sockmap", 4, { min: 4, max: 8, multipleOf: 4 }, "4.14"),
  // A queue size, since 5.9 optionally followed by a program's descriptor.
  map(16, "cpumap", 4, { min: 4, max: 8, multipleOf: 4 }, "4.15"),
  map(17, "xskmap", 4, fd, "4.18"),
  map(18, "sockhash", "any", { min: 4, max: 8, multipleOf: 4 }, "4.18"),
  // The key is a cgroup's inode number, or struct bpf_cgroup_storage_key of 16 bytes.
  map(19, "cgroup_storage", { min: 8, max: 16, multipleOf: 8 }, "any", "4.19", { maxEntries: 0 }),
  map(20, "reuseport_sockarray", 4, { min: 4, max: 8, multipleOf: 4 }, "4.19"),
  map(21, "percpu_cgroup_storage", { min: 8, max: 16, multipleOf: 8 }, "any", "4.20", { maxEntries: 0, perCpu: true }),
  map(22, "queue", 0, "any", "4.20"),
  map(23, "stack", 0, "any", "4.20"),
  map(24, "sk_storage", 4, "any", "5.2", storage),
  map(25, "devmap_hash", 4, { min: 4, max: 8, multipleOf: 4 }, "5.4"),
  map(26, "struct_ops", 4, "any", "5.6", { maxEntries: 1 }),
  map(27, "ringbuf", 0, 0, "5.8", { maxEntries: "page_power_of_two", hasEvents: true }),
  map(28, "inode_storage", 4, "any", "5.10", storage),
  map(29, "task_storage", 4, "any", "5.11", storage),
  map(30, "bloom_filter", 0, "any", "5.16"),
  map(31, "user_ringbuf", 0, 0, "6.1", { maxEntries: "page_power_of_two", hasEvents: true }),
  map(32, "cgrp_storage", 4, "any", "6.2", storage),
  // max_entries counts pages.
  map(33, "arena", 0, 0, "6.9", { requiredFlags: MMAPABLE }),
];

const kindByName: ReadonlyMap<string, MapKindSpec> = new Map(mapKinds.map((spec) => [spec.name, spec]));
const kindByType: ReadonlyMap<number, MapKindSpec> = new Map(mapKinds.map((spec) => [spec.type, spec]));

export function mapKindByName(name: string): MapKindSpec | undefined {
  return kindByName.get(name);
}

export function mapKindByType(type: number): MapKindSpec | undefined {
  return kindByType.get(type);
}

/** Whether a key or value of this size meets the rule. */
export function fitsSizeRule(rule: SizeRule, sizeBytes: number): boolean {
  if (typeof rule === "number") return sizeBytes === rule;
  if (rule === "any") return sizeBytes > 0;
  return (
    sizeBytes >= rule.min &&
    (rule.max === undefined || sizeBytes <= rule.max) &&
    (rule.multipleOf === undefined || sizeBytes % rule.multipleOf === 0)
  );
}
