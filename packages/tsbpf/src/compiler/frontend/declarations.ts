// Maps as a module declares them: the map factories of "tsbpf", their arguments checked.

import type { ts } from "./typescript.js";
import { report, type Compilation } from "./lowering.js";
import type { MapDeclaration, MapKind } from "./operands.js";
import { declaredName, evaluate, schemaArgument } from "./statics.js";
import { indexType } from "./memory.js";
import type { DataType } from "./types.js";

/** What each map factory takes. `schemas` are its schema arguments; an option object may follow. */
interface MapFactory {
  readonly kind: MapKind;
  readonly schemas: readonly ("key" | "value" | "event")[];
  /** The option that gives the number of entries (or bytes), if the map has one. */
  readonly entries: "maxEntries" | "bytes" | undefined;
}

const mapFactories: Record<string, MapFactory> = {
  hashMap: { kind: "hash", schemas: ["key", "value"], entries: "maxEntries" },
  arrayMap: { kind: "array", schemas: ["value"], entries: "maxEntries" },
  perCpuArray: { kind: "percpu_array", schemas: ["value"], entries: "maxEntries" },
  perfEventArray: { kind: "perf_event_array", schemas: ["event"], entries: undefined },
  ringBuffer: { kind: "ringbuf", schemas: ["event"], entries: "bytes" },
};

export const mapFactoryNames: ReadonlySet<string> = new Set(Object.keys(mapFactories));

export function isMapFactory(name: string): boolean {
  return mapFactoryNames.has(name);
}

/** What the kernel takes as the name of an object or a type (btf_name_valid_identifier, kernel/bpf/btf.c). */
export function isKernelName(name: string): boolean {
  return /^[A-Za-z_]\w*$/.test(name);
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
  if (maxEntries === undefined) return undefined;
  const isArray = factory.kind === "array" || factory.kind === "percpu_array";
  const { value, event } = types;
  const map = { name, kind: factory.kind, key: isArray ? indexType : types.key, value, event, maxEntries, node };
  return register(c, node, map);
}

/** Two maps of one name cannot stand in one object. */
function register(c: Compilation, node: ts.CallExpression, map: MapDeclaration): MapDeclaration {
  const known = c.maps.get(map.name);
  if (known && known.node !== node) report(c, node, "duplicateName", { what: "maps", name: map.name });
  c.maps.set(map.name, map);
  return map;
}

function entriesOption(c: Compilation, node: ts.CallExpression, factory: MapFactory): number | undefined {
  if (!factory.entries) return 0;
  const argument = node.arguments[factory.schemas.length];
  const options = argument && evaluate(c, argument);
  const option = options?.kind === "record" ? options.fields.get(factory.entries) : undefined;
  if (!argument || options?.kind === "error" || option?.kind === "error") return undefined;
  const value = option?.kind === "int" ? Number(option.value) : 0;
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
