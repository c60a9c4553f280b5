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
  const items =
    typeof source === "string" ? new TextEncoder().encode(source).subarray(0, layout.length - 1) : (source as object);
  for (let index = 0; index < layout.length; index++) Reflect.set(target, index, Reflect.get(items, index) ?? 0);
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

function arrayValue(element: Layout, length: number): object {
  const items = Array.from({ length }, () => zeroValue(element));
  return new Proxy(items, {
    get(target, key, receiver) {
      const index = arrayIndex(key);
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
