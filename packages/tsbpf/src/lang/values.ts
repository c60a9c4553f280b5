// What the value types mean in plain Node: conversions that wrap, structs whose fields wrap what is stored in them,
// fixed arrays that read 0 and drop writes outside their bounds. The kernel half means the same by construction.

import type { Layout } from "./types.js";

/** A value of any layout in plain Node. */
export type JsValue = number | bigint | boolean | object;

/** The integer of this width that `value` becomes when it is stored: fractions are cut off, NaN is 0. */
export function convertInt(bits: number, signed: boolean, value: unknown): number | bigint {
  const exact = toBigInt(value);
  const wrapped = signed ? BigInt.asIntN(bits, exact) : BigInt.asUintN(bits, exact);
  return bits === 64 ? wrapped : Number(wrapped);
}

function toBigInt(value: unknown): bigint {
  if (typeof value === "bigint") return value;
  const number = Math.trunc(Number(value));
  return Number.isFinite(number) ? BigInt(number) : 0n;
}

/** The zero of a layout: 0, false, or memory of zeros. */
export function zeroValue(layout: Layout): JsValue {
  switch (layout.kind) {
    case "int":
      return layout.bits === 64 ? 0n : 0;
    case "bool":
      return false;
    case "struct":
      return structValue(layout, {});
    case "array":
      return arrayValue(layout.element, layout.length);
    case "chars":
      return arrayValue(byteLayout, layout.length, textMethods);
    case "bytes":
      return arrayValue(byteLayout, layout.length);
  }
}

const byteLayout: Layout = { kind: "int", bits: 8, signed: false };

/** A copy of `value` as this layout stores it. */
export function storedValue(layout: Layout, value: unknown): JsValue {
  switch (layout.kind) {
    case "int":
      return convertInt(layout.bits, layout.signed, value);
    case "bool":
      return Boolean(value);
    default: {
      const copy = zeroValue(layout) as object;
      if (value !== undefined && value !== null) copyInto(layout, copy, value);
      return copy;
    }
  }
}

/** Copies a struct, array, text or bytes in place. Text is cut to leave a final NUL. */
export function copyInto(layout: Layout, target: object, source: unknown): void {
  if (layout.kind === "struct") {
    for (const field of layout.fields) {
      const value: unknown = Reflect.get(source as object, field.name);
      Reflect.set(target, field.name, value ?? zeroValue(field.layout));
    }
    return;
  }
  if (layout.kind !== "array" && layout.kind !== "chars" && layout.kind !== "bytes") return;
  const element = layout.kind === "array" ? layout.element : byteLayout;
  const items =
    typeof source === "string" ? new TextEncoder().encode(source).subarray(0, layout.length - 1) : (source as object);
  for (let index = 0; index < layout.length; index++) {
    Reflect.set(target, index, Reflect.get(items, index) ?? zeroValue(element));
  }
}

/** A struct as an object of accessors: what is stored in a field is converted to the field's type. */
export function structValue(layout: Layout & { kind: "struct" }, init: object): object {
  const stored = new Map<string, JsValue>();
  const object = {};
  for (const field of layout.fields) {
    stored.set(field.name, zeroValue(field.layout));
    Object.defineProperty(object, field.name, {
      enumerable: true,
      get: () => stored.get(field.name),
      set: (value: unknown) => {
        // A struct inside stays the same object, as the same memory does: names for it see what is stored.
        const known = stored.get(field.name);
        if (typeof known === "object") copyInto(field.layout, known, value);
        else stored.set(field.name, storedValue(field.layout, value));
      },
    });
  }
  return Object.assign(object, init);
}

/** Methods that an array has besides its elements. */
export type Members = Readonly<Record<string, (this: object, ...args: never[]) => unknown>>;

function arrayValue(element: Layout, length: number, members: Members = {}): object {
  const items = Array.from({ length }, () => zeroValue(element));
  return new Proxy(items, {
    get(target, key, receiver) {
      const index = arrayIndex(key);
      if (typeof key === "string" && Object.hasOwn(members, key)) return members[key];
      if (index === undefined) return Reflect.get(target, key, receiver) as unknown;
      return index >= 0 && index < length ? target[index] : zeroValue(element);
    },
    set(target, key, value) {
      const index = arrayIndex(key);
      if (index === undefined) return false;
      const known = target[index];
      if (typeof known === "object") copyInto(element, known, value);
      else if (index >= 0 && index < length) target[index] = storedValue(element, value);
      return true;
    },
  });
}

/** Methods of text: bytes that are compared up to the first NUL, on both sides. */
export const textMethods: Members = {
  equals(this: object, other: unknown) {
    const [text, wanted] = [textBytes(this), textBytes(other)];
    return text.length === wanted.length && startsWithBytes(text, wanted);
  },
  startsWith(this: object, other: unknown) {
    return startsWithBytes(textBytes(this), textBytes(other));
  },
  includes(this: object, other: unknown) {
    const [text, wanted] = [textBytes(this), textBytes(other)];
    return text.some((_, at) => startsWithBytes(text.subarray(at), wanted)) || wanted.length === 0;
  },
  toString(this: object) {
    return new TextDecoder().decode(textBytes(this));
  },
};

function textBytes(text: unknown): Uint8Array {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : Uint8Array.from(text as ArrayLike<number>);
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

function startsWithBytes(text: Uint8Array, start: Uint8Array): boolean {
  return start.length <= text.length && start.every((byte, index) => text[index] === byte);
}

function arrayIndex(key: string | symbol): number | undefined {
  return typeof key === "string" && /^-?\d+$/.test(key) ? Number(key) : undefined;
}

/** A text that is equal for equal values: the key of a map in plain Node. */
export function keyText(layout: Layout, value: unknown): string {
  switch (layout.kind) {
    case "int":
    case "bool":
      return String(storedValue(layout, value));
    case "struct": {
      const fields = layout.fields.map((field) => keyText(field.layout, Reflect.get(value as object, field.name)));
      return `{${fields.join(",")}}`;
    }
    case "array":
      return listText(layout.element, layout.length, value as object);
    case "chars":
    case "bytes":
      return listText(byteLayout, layout.length, value as object);
  }
}

function listText(element: Layout, length: number, value: object): string {
  const items = Array.from({ length }, (_, index) => keyText(element, Reflect.get(value, index)));
  return `[${items.join(",")}]`;
}

// ---- bytes ------------------------------------------------------------------------------------------------------

/** The value's bytes in the C layout, as a little-endian machine has them. */
export function layoutBytes(layout: Layout, value: unknown): Uint8Array {
  const bytes = new Uint8Array(sizeOf(layout));
  writeBytes(bytes, 0, layout, value);
  return bytes;
}

function writeBytes(bytes: Uint8Array, offset: number, layout: Layout, value: unknown): void {
  if (layout.kind === "struct") {
    placeFields(layout).forEach(({ name, layout: field, offset: at }) => {
      writeBytes(bytes, offset + at, field, Reflect.get(value as object, name));
    });
    return;
  }
  if (layout.kind === "int" || layout.kind === "bool") {
    const bits = layout.kind === "int" ? layout.bits : 8;
    const number = BigInt.asUintN(bits, BigInt(storedValue(layout, value) as number | bigint | boolean));
    for (let at = 0; at < bits / 8; at++) bytes[offset + at] = Number(BigInt.asUintN(8, number >> BigInt(8 * at)));
    return;
  }
  const element = layout.kind === "array" ? layout.element : byteLayout;
  for (let index = 0; index < layout.length; index++) {
    writeBytes(bytes, offset + index * sizeOf(element), element, Reflect.get(value as object, index));
  }
}

function placeFields(layout: Layout & { kind: "struct" }): { name: string; layout: Layout; offset: number }[] {
  let end = 0;
  return layout.fields.map((field) => {
    const offset = roundUp(end, alignOf(field.layout));
    end = offset + sizeOf(field.layout);
    return { ...field, offset };
  });
}

/** In bytes. */
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
    case "struct": {
      const last = placeFields(layout).at(-1);
      return roundUp(last ? last.offset + sizeOf(last.layout) : 0, alignOf(layout));
    }
  }
}

/** In bytes. */
function alignOf(layout: Layout): number {
  if (layout.kind === "int") return layout.bits / 8;
  if (layout.kind === "array") return alignOf(layout.element);
  return layout.kind === "struct" ? Math.max(1, ...layout.fields.map((field) => alignOf(field.layout))) : 1;
}

function roundUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}
