// Factories of maps without entries of the program's own: events, programs and stacks; and what their methods do in
// plain Node.

import type { PerfEventArray, ProgArray, Reservation, Reserved, RingBuffer, StackTrace } from "./map-types.js";
import { tailCallTo } from "./tail-calls.js";
import type { ContextPointer, Layout, Program, Schema } from "./types.js";
import { convertInt, storedValue, zeroValue } from "./values.js";

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

/**
 * Programs to go on with, all of one kind. User space puts them in: `object.maps.NAME.set(0, object.programs.next)`.
 * Requires Linux 4.2 or newer.
 */
export function progArray(options: { readonly maxEntries: number }): ProgArray {
  const slots = new Map<number, Program<string>>();
  const map: ProgArray = {
    mapKind: "prog_array",
    tailCall(_ctx, index) {
      const program = slots.get(Number(convertInt(32, false, index)));
      if (program) tailCallTo(program.handler);
    },
  };
  progArrays.set(map, { maxEntries: options.maxEntries, slots });
  return map;
}

interface Slots {
  readonly maxEntries: number;
  readonly slots: Map<number, Program<string>>;
}

const progArrays = new WeakMap<ProgArray, Slots>();

/** In plain Node, puts a program into an array of programs, as user space does; `undefined` takes it out. */
export function setProgram(map: ProgArray, index: number, program: Program<string> | undefined): void {
  const known = progArrays.get(map);
  if (!known || !Number.isInteger(index) || index < 0 || index >= known.maxEntries) {
    throw new Error(`set a program: the array has no index ${index}`);
  }
  if (program) known.slots.set(index, program);
  else known.slots.delete(index);
}

/**
 * Keeps stacks of up to `depth` addresses (127 unless it is given), each once. Requires Linux 4.6 or newer.
 */
export function stackTrace(options: { readonly maxEntries: number; readonly depth?: number }): StackTrace {
  const ids = new Map<string, number>();
  return {
    mapKind: "stack_trace",
    capture(_ctx, how = {}) {
      const text = `${how.user === true ? "user" : "kernel"} ${new Error().stack ?? ""}`;
      const known = ids.get(text);
      if (known !== undefined) return known;
      const EEXIST = 17;
      if (ids.size >= options.maxEntries) return -EEXIST;
      ids.set(text, ids.size);
      return ids.size - 1;
    },
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
