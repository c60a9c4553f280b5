// Constants, global variables and references to memory, and what they do in plain Node.

import type { Constant, Global, Initial, Ref } from "./map-types.js";
import type { FixedArray, Layout, Schema } from "./types.js";
import { convertInt, copyInto, storedValue, zeroValue } from "./values.js";

/**
 * A value in read-only data. The loader can set it before the program is loaded
 * (`load(path, { constants: { name: value } })`); code that it rules out costs nothing, since the verifier knows it.
 * Requires Linux 5.2 or newer.
 */
export function constant<V, DV>(schema: Schema<V, DV>, initial: NoInfer<Initial<V>>): Constant<V, DV> {
  const value = storedValue(schema.layout, initial) as V;
  return { dataKind: "constant", value };
}

/**
 * A variable that all runs of all programs share; user space reads and writes it as `object.globals.NAME.value`. It
 * begins as zeros unless `initial` is given. Requires Linux 5.2 or newer.
 */
export function global<V, DV>(schema: Schema<V, DV>, initial?: NoInfer<Initial<V>>): Global<V, DV> {
  const { layout } = schema;
  const cell = { value: initial === undefined ? zeroValue(layout) : storedValue(layout, initial) };
  return Object.assign(refTo<V>(layout, cell), { dataKind: "global" as const });
}

/** A reference to a field of a struct, or to an element of an array, in the program's own memory. */
export function ref<T, N extends number>(array: FixedArray<T, N>, index: number): Ref<T>;
export function ref<T extends object, K extends keyof T & string>(object: T, field: K): Ref<T[K]>;
export function ref(object: object, key: string | number): Ref<unknown> {
  const cell = {
    get value(): unknown {
      return Reflect.get(object, key);
    },
    set value(value: unknown) {
      Reflect.set(object, key, value);
    },
  };
  return memoryRef(cell, (value) => {
    // What is stored wraps to the type of the field: it is known by what comes back.
    const before = cell.value;
    cell.value = value;
    const stored = cell.value;
    cell.value = before;
    return stored;
  });
}

/** A place that holds a value of any layout. */
export interface Cell {
  value: unknown;
}

/** A reference to a value of this layout. */
export function refTo<V>(layout: Layout, cell: Cell): Ref<V> {
  const stored = (value: unknown): unknown => storedValue(layout, value);
  const place: Cell = {
    get value() {
      return cell.value;
    },
    set value(value: unknown) {
      // Memory stays the same memory: names for it see what is stored.
      if (typeof cell.value === "object" && cell.value !== null) copyInto(layout, cell.value, value);
      else cell.value = stored(value);
    },
  };
  return memoryRef(place, stored) as Ref<V>;
}

type Number64 = number | bigint;

/** `stored` gives what a value becomes when it is stored. */
function memoryRef(cell: Cell, stored: (value: unknown) => unknown): Ref<unknown> {
  const change =
    (operation: (before: bigint, value: bigint) => bigint) =>
    (value: unknown): unknown => {
      const before = cell.value;
      const result = operation(exact(before), exact(stored(value)));
      cell.value = typeof before === "bigint" ? result : Number(BigInt.asIntN(32, result));
      return before;
    };
  const fetchAdd = change((a, b) => a + b);
  const fetchAnd = change((a, b) => a & b);
  const fetchOr = change((a, b) => a | b);
  const fetchXor = change((a, b) => a ^ b);
  const exchange = (value: unknown): unknown => {
    const before = cell.value;
    cell.value = value;
    return before;
  };
  return {
    get value() {
      return cell.value;
    },
    set value(value: unknown) {
      cell.value = value;
    },
    add: (value) => void fetchAdd(value),
    and: (value) => void fetchAnd(value),
    or: (value) => void fetchOr(value),
    xor: (value) => void fetchXor(value),
    fetchAdd,
    fetchAnd,
    fetchOr,
    fetchXor,
    exchange,
    compareExchange(expected, value) {
      return cell.value === stored(expected) ? exchange(value) : cell.value;
    },
  };
}

function exact(value: unknown): bigint {
  return BigInt(convertInt(64, true, value as Number64));
}
