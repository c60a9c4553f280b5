// Maps as a module declares them: the factories of "tsbpf", their arguments checked against what the kernel takes.

import type { ts } from "./typescript.js";
import { assert } from "../../util/assert.js";
import { fitsSizeRule, mapKindByName } from "../../bpf/map-kinds.js";
import { claimName, isKernelName } from "./declarations.js";
import { report, type Compilation } from "./lowering.js";
import { indexType } from "./memory.js";
import type { MapDeclaration, MapKind } from "./operands.js";
import { declaredName, evaluate, schemaArgument } from "./statics.js";
import { intTypes, roundUp, sizeOf, typeName, type DataType } from "./types.js";

/** What each map factory takes. `schemas` are its schema arguments; an option object may follow. */
interface MapFactory {
  readonly kind: MapKind;
  readonly schemas: readonly ("key" | "value" | "event")[];
  /** The option that gives the number of entries (or bytes), if the map has one. */
  readonly entries: "maxEntries" | "bytes" | undefined;
  /** What stands for the key where the program does not say it. */
  readonly key?: DataType;
}

export const mapFactories: Readonly<Record<string, MapFactory>> = {
  hashMap: { kind: "hash", schemas: ["key", "value"], entries: "maxEntries" },
  lruHashMap: { kind: "lru_hash", schemas: ["key", "value"], entries: "maxEntries" },
  perCpuHashMap: { kind: "percpu_hash", schemas: ["key", "value"], entries: "maxEntries" },
  lpmTrie: { kind: "lpm_trie", schemas: ["key", "value"], entries: "maxEntries" },
  arrayMap: { kind: "array", schemas: ["value"], entries: "maxEntries", key: indexType },
  perCpuArray: { kind: "percpu_array", schemas: ["value"], entries: "maxEntries", key: indexType },
  queue: { kind: "queue", schemas: ["value"], entries: "maxEntries" },
  stack: { kind: "stack", schemas: ["value"], entries: "maxEntries" },
  progArray: { kind: "prog_array", schemas: [], entries: "maxEntries" },
  stackTrace: { kind: "stack_trace", schemas: [], entries: "maxEntries" },
  // A descriptor of the task, to user space (bpf_local_storage_map_check_btf, kernel/bpf/bpf_local_storage.c).
  taskStorage: { kind: "task_storage", schemas: ["value"], entries: undefined, key: intTypes.i32 },
  perfEventArray: { kind: "perf_event_array", schemas: ["event"], entries: undefined },
  ringBuffer: { kind: "ringbuf", schemas: ["event"], entries: "bytes" },
};

export function isMapFactory(name: string): boolean {
  return Object.hasOwn(mapFactories, name);
}

/** The number stands in BTF as an array of four-byte elements, of which the kernel takes less than 4 GiB. */
const maxEntriesLimit = 2 ** 30 - 1;

/** The smallest page there is; a ring buffer's size is a power of two of at least one page. */
const pageSize = 4096;

export function declareMap(c: Compilation, node: ts.CallExpression, factoryName: string): MapDeclaration | undefined {
  const factory = mapFactories[factoryName];
  const name = declaredName(node);
  if (!factory) return undefined;
  if (!name) {
    report(c, node, "schemaPlace", { what: "A map" });
    return undefined;
  }
  if (!isKernelName(name)) report(c, node.parent, "programTarget", { what: `'${name}'` });
  const types: Partial<Record<"key" | "value" | "event", DataType>> = {};
  for (const [index, role] of factory.schemas.entries()) {
    const argument = node.arguments[index];
    const type = argument && schemaArgument(c, argument);
    if (!type) return undefined;
    types[role] = type;
  }
  const maxEntries = entriesOption(c, node, factory);
  const valueBytes = factory.kind === "stack_trace" ? stackBytesOption(c, node) : 0;
  if (maxEntries === undefined || valueBytes === undefined) return undefined;
  const { value, event } = types;
  const key = factory.key ?? types.key;
  const map = { name, kind: factory.kind, key, value, event, valueBytes: valueBytes || undefined, maxEntries, node };
  if (!fitsKernel(c, node, map)) return undefined;
  claimName(c, node, name);
  c.maps.set(name, map);
  return map;
}

/** The map of values that have no room on the stack: bytes that only their program can tell apart. */
export function scratchDeclaration(name: string, bytes: number, maxEntries: number, node: ts.Node): MapDeclaration {
  const value: DataType = { kind: "array", form: "bytes", element: intTypes.u8, length: bytes };
  return {
    name,
    kind: "percpu_array",
    key: indexType,
    value,
    event: undefined,
    valueBytes: undefined,
    maxEntries,
    node,
  };
}

/** The value of one option: undefined when it is not given, "error" after a diagnostic. */
function numberOption(c: Compilation, argument: ts.Expression | undefined, name: string): number | "error" | undefined {
  const options = argument && evaluate(c, argument);
  if (options?.kind === "error") return "error";
  const option = options?.kind === "record" ? options.fields.get(name) : undefined;
  if (option?.kind === "error") return "error";
  return option?.kind === "int" ? Number(option.value) : undefined;
}

function entriesOption(c: Compilation, node: ts.CallExpression, factory: MapFactory): number | undefined {
  if (!factory.entries) return 0;
  const argument = node.arguments[factory.schemas.length];
  const option = numberOption(c, argument, factory.entries);
  if (!argument || option === "error") return undefined;
  const value = option ?? 0;
  const isRing = factory.entries === "bytes";
  const fits = value >= 1 && value <= maxEntriesLimit;
  if (isRing ? fits && value >= pageSize && Number.isInteger(Math.log2(value)) : fits) return value;
  report(c, argument, "mapOption", {
    what: `'${factory.entries}'`,
    needed: isRing ? `a power of two from ${pageSize} to ${2 ** 29}` : `from 1 to ${maxEntriesLimit}`,
    instead: isRing ? "for example `{ bytes: 256 * 1024 }`" : "for example `{ maxEntries: 1024 }`",
  });
  return undefined;
}

/** PERF_MAX_STACK_DEPTH (include/uapi/linux/perf_event.h), what sysctl kernel.perf_event_max_stack is at first. */
const depthMax = 127;

function stackBytesOption(c: Compilation, node: ts.CallExpression): number | undefined {
  const [argument] = node.arguments;
  const depth = numberOption(c, argument, "depth") ?? depthMax;
  if (!argument || depth === "error") return undefined;
  if (depth >= 1 && depth <= depthMax) return depth * 8;
  const instead = "leave it out for the most there is";
  report(c, argument, "mapOption", { what: "'depth'", needed: `from 1 to ${depthMax}`, instead });
  return undefined;
}

// ---- what the kernel takes --------------------------------------------------------------------------------------

/** False after a diagnostic. */
function fitsKernel(c: Compilation, node: ts.CallExpression, map: MapDeclaration): boolean {
  const kind = mapKindByName(map.kind);
  assert(kind, `map kind ${map.kind} has no row`);
  if (map.kind === "lpm_trie" && !isPrefixKey(c, node, map.key)) return false;
  if (map.event && !(map.event.kind === "struct" && map.event.name !== "")) {
    const instead = "declare it: `const Event = struct({ … })`";
    report(c, node.arguments[0] ?? node, "mapOption", { what: "The event", needed: "a struct with a name", instead });
    return false;
  }
  if (map.kind === "ringbuf" && map.event && !fitsRing(c, node, map.event, map.maxEntries)) return false;
  const key = map.key ? sizeOf(map.key) : 0;
  const value = map.value ? sizeOf(map.value) : (map.valueBytes ?? 0);
  const tooLarge = (what: string, needed: string, instead: string): false => {
    report(c, node, "mapOption", { what, needed, instead });
    return false;
  };
  if (key > kind.keyBytesMax || (map.kind === "lpm_trie" && !fitsSizeRule(kind.keySize, key))) {
    return tooLarge(`The key (${key} bytes)`, `at most ${kind.keyBytesMax} bytes`, "use a smaller key");
  }
  if (value > kind.valueBytesMax) {
    const needed = `at most ${kind.valueBytesMax} bytes in a ${kind.name} map`;
    return tooLarge(`The value (${value} bytes)`, needed, "split it into several entries");
  }
  // Up to Linux 5.10 the kernel counts what a map takes in 32 bits.
  const total = (roundUp(key, 8) + roundUp(value, 8) + kind.overheadBytes) * map.maxEntries;
  if (total < 2 ** 32 - 2 * pageSize || map.kind === "ringbuf") return true;
  return tooLarge(`The whole map (${total} bytes)`, "less than 4 GiB", "use fewer entries or smaller values");
}

/** BPF_RINGBUF_HDR_SZ, include/uapi/linux/bpf.h. */
const ringHeaderBytes = 8;

/** A record and its header never fill the whole ring (__bpf_ringbuf_reserve, kernel/bpf/ringbuf.c). */
function fitsRing(c: Compilation, node: ts.CallExpression, event: DataType, bytes: number): boolean {
  const record = roundUp(sizeOf(event) + ringHeaderBytes, 8);
  if (record < bytes) return true;
  report(c, node.arguments[1] ?? node, "mapOption", {
    what: "'bytes'",
    needed: `more than the ${record} bytes that one event takes`,
    instead: "make room for many: `{ bytes: 256 * 1024 }`",
  });
  return false;
}

/** A u32 and, right behind it, the bytes that are compared: a hole among them would count as well. */
function isPrefixKey(c: Compilation, node: ts.CallExpression, key: DataType | undefined): boolean {
  const wrong = (needed: string): false => {
    report(c, node.arguments[0] ?? node, "prefixKey", { needed });
    return false;
  };
  if (key?.kind !== "struct") return wrong("a struct");
  const [first, ...rest] = key.fields;
  if (!first || typeName(first.type) !== "u32")
    return wrong("a struct whose first field, a u32, is the prefix's length");
  let end = 4;
  for (const field of rest) {
    if (field.offset !== end) return wrong(`without a hole, as there is before '${field.name}'`);
    end = field.offset + sizeOf(field.type);
  }
  if (end === 4) return wrong("a struct with something behind the prefix's length");
  return end === key.size || wrong("without a hole at its end");
}
