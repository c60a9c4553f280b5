// A packet in plain Node: views are live, as in the kernel. A test makes one from bytes.

import type { Packet } from "./contexts.js";
import type { Layout, Schema } from "./types.js";
import { convertInt, storedValue, textMethods, type Members } from "./values.js";

/** In bytes; no program of the kernel reaches further (MAX_PACKET_OFF in kernel/bpf/verifier.c). */
const reach = 0xffff;

/** A packet made of these bytes, for a program that is called in plain Node: what it stores is stored in `bytes`. */
export function packetOf(bytes: Uint8Array): Packet {
  return {
    length: bytes.length,
    view<Kernel>(offset: number, schema: Schema<Kernel, unknown>): Kernel | undefined {
      if (offset < 0 || offset + sizeOf(schema.layout) > Math.min(bytes.length, reach)) return undefined;
      return readAt(bytes, offset, schema.layout) as Kernel;
    },
  };
}

function sizeOf(layout: Layout): number {
  switch (layout.kind) {
    case "int":
      return layout.bits / 8;
    case "bool":
      return 1;
    case "chars":
    case "bytes":
      return layout.length;
    case "array":
      return sizeOf(layout.element) * layout.length;
    case "struct":
      return roundUp(placesOf(layout).end, alignOf(layout));
  }
}

function alignOf(layout: Layout): number {
  switch (layout.kind) {
    case "int":
      return layout.bits / 8;
    case "array":
      return alignOf(layout.element);
    case "struct":
      return Math.max(1, ...layout.fields.map((field) => alignOf(field.layout)));
    default:
      return 1;
  }
}

function roundUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}

function placesOf(layout: Layout & { kind: "struct" }): { offsets: readonly number[]; end: number } {
  let end = 0;
  const offsets = layout.fields.map((field) => {
    const offset = roundUp(end, alignOf(field.layout));
    end = offset + sizeOf(field.layout);
    return offset;
  });
  return { offsets, end };
}

const byteLayout: Layout = { kind: "int", bits: 8, signed: false };

/** A scalar's value, or an object whose properties read and write the bytes. */
function readAt(bytes: Uint8Array, offset: number, layout: Layout): unknown {
  switch (layout.kind) {
    case "int":
      return convertInt(layout.bits, layout.signed, littleEndian(bytes, offset, layout.bits / 8));
    case "bool":
      return bytes[offset] !== 0;
    case "struct":
      return structAt(bytes, offset, layout);
    case "array":
      return arrayAt(bytes, offset, layout.element, layout.length);
    case "chars":
      return arrayAt(bytes, offset, byteLayout, layout.length, textMethods);
    case "bytes":
      return arrayAt(bytes, offset, byteLayout, layout.length);
  }
}

function writeAt(bytes: Uint8Array, offset: number, layout: Layout, value: unknown): void {
  if (layout.kind === "int" || layout.kind === "bool") {
    const size = sizeOf(layout);
    let rest = BigInt.asUintN(size * 8, BigInt(convertInt(64, false, layout.kind === "bool" ? Number(value) : value)));
    for (let index = 0; index < size; index++, rest >>= 8n) bytes[offset + index] = Number(rest & 0xffn);
    return;
  }
  const target = readAt(bytes, offset, layout) as object;
  // A copy first: the value may be a view that overlaps the place.
  const copy = storedValue(layout, value) as object;
  for (const key of Object.keys(target)) Reflect.set(target, key, Reflect.get(copy, key));
}

function littleEndian(bytes: Uint8Array, offset: number, size: number): bigint {
  let value = 0n;
  for (let index = size - 1; index >= 0; index--) value = (value << 8n) | BigInt(bytes[offset + index] ?? 0);
  return value;
}

function structAt(bytes: Uint8Array, offset: number, layout: Layout & { kind: "struct" }): object {
  const { offsets } = placesOf(layout);
  const view = {};
  for (const [index, field] of layout.fields.entries()) {
    defineAt(view, field.name, bytes, offset + (offsets[index] ?? 0), field.layout);
  }
  return view;
}

function arrayAt(bytes: Uint8Array, offset: number, element: Layout, length: number, members: Members = {}): object {
  const view = Object.create({ ...members, [Symbol.iterator]: Array.prototype[Symbol.iterator] }) as object;
  for (let index = 0; index < length; index++) {
    defineAt(view, String(index), bytes, offset + index * sizeOf(element), element);
  }
  Object.defineProperty(view, "length", { value: length });
  // An index outside reads 0 and writes nothing, as everywhere.
  return new Proxy(view, {
    get: (target, key) => (isOutside(target, key) ? 0 : (Reflect.get(target, key) as unknown)),
    set: (target, key, value) => isOutside(target, key) || Reflect.set(target, key, value),
  });
}

function isOutside(target: object, key: string | symbol): boolean {
  return typeof key === "string" && /^-?\d+$/.test(key) && !(key in target);
}

function defineAt(view: object, name: string, bytes: Uint8Array, offset: number, layout: Layout): void {
  Object.defineProperty(view, name, {
    enumerable: true,
    get: () => readAt(bytes, offset, layout),
    set(value: unknown) {
      writeAt(bytes, offset, layout, value);
    },
  });
}
