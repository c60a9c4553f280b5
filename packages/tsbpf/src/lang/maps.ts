// Map factories, and what their methods do in plain Node.

import type {
  ArrayMap,
  ContextPointer,
  HashMap,
  Layout,
  PerCpuArray,
  PerfEventArray,
  Ref,
  Reservation,
  Reserved,
  RingBuffer,
  Schema,
} from "./types.js";
import { convertInt, copyInto, keyText, storedValue, zeroValue } from "./values.js";

/** A hash map from keys to values, at most `maxEntries` of them. */
export function hashMap<K, DK, V, DV>(
  key: Schema<K, DK>,
  value: Schema<V, DV>,
  options: { readonly maxEntries: number },
): HashMap<K, V, DK, DV> {
  const entries = new Map<string, { value: unknown }>();
  const find = (k: K): { value: unknown } | undefined => entries.get(keyText(key.layout, k));
  return {
    mapKind: "hash",
    get: (k) => find(k)?.value as V | undefined,
    has: (k) => find(k) !== undefined,
    set(k, v) {
      const text = keyText(key.layout, k);
      if (!entries.has(text) && entries.size >= options.maxEntries) return false;
      entries.set(text, { value: storedValue(value.layout, v) });
      return true;
    },
    delete: (k) => entries.delete(keyText(key.layout, k)),
    ref: (k) => refTo<V>(value.layout, find(k)),
  };
}

/** An array of `maxEntries` values, all there from the start and zero. */
export function arrayMap<V, DV>(value: Schema<V, DV>, options: { readonly maxEntries: number }): ArrayMap<V, DV> {
  return { mapKind: "array", ...arrayMethods<V>(value.layout, options.maxEntries) };
}

/** An array of `maxEntries` values for each CPU. */
export function perCpuArray<V, DV>(value: Schema<V, DV>, options: { readonly maxEntries: number }): PerCpuArray<V, DV> {
  return { mapKind: "percpu_array", ...arrayMethods<V>(value.layout, options.maxEntries) };
}

/** Sends events to user space through one perf buffer for each CPU. */
export function perfEventArray<V, DV>(event: Schema<V, DV>): PerfEventArray<V, DV> {
  return { mapKind: "perf_event_array", output: (_ctx: ContextPointer, value: V) => send(event.layout, value) };
}

/** Sends events to user space through one ring of `bytes` bytes (a power of two, at least a page). Linux 5.8. */
export function ringBuffer<V, DV>(event: Schema<V, DV>, options: { readonly bytes: number }): RingBuffer<V, DV> {
  void options;
  return {
    mapKind: "ringbuf",
    output: (value: V) => send(event.layout, value),
    reserve: () => reservation<V>(event.layout),
  };
}

type Sink = (event: unknown) => void;
let sink: Sink = () => {};

/** In plain Node, `receive` gets every event that programs send. Gives the receiver before it. */
export function onOutput(receive: Sink): Sink {
  const before = sink;
  sink = receive;
  return before;
}

function send(layout: Layout, value: unknown): boolean {
  sink(storedValue(layout, value));
  return true;
}

function reservation<V>(layout: Layout): Reserved<V> {
  const record = zeroValue(layout) as object;
  let open = true;
  const end = (submit: boolean): void => {
    if (open && submit) sink(record);
    open = false;
  };
  const methods: Reservation = {
    submit: () => end(true),
    discard: () => end(false),
    [Symbol.dispose]: () => end(false),
  };
  return Object.assign(record, methods) as Reserved<V>;
}

function arrayMethods<V>(layout: Layout, maxEntries: number): Pick<ArrayMap<V>, "get" | "set" | "ref"> {
  const cells = new Map<number, { value: unknown }>();
  const find = (index: number): { value: unknown } | undefined => {
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
    ref: (index) => refTo<V>(layout, find(index)),
  };
}

function refTo<V>(layout: Layout, cell: { value: unknown } | undefined): Ref<V> | undefined {
  if (!cell) return undefined;
  return {
    get value() {
      return cell.value as V;
    },
    set value(value: V) {
      cell.value = storedValue(layout, value);
    },
  };
}
