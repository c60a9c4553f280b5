// The types of maps and of data sections as the kernel half sees them. `__decoded` is what user space gets.

import type { AnyMap, Chars, ContextPointer, FixedArray, KernelObject } from "./types.js";

/**
 * A place in memory that can be changed: a map's value, a global variable, a field or an element. The methods change it
 * in one step, so that no change of another CPU is lost; they are for integers of 32 and 64 bits. `add` is for every
 * kernel; the others need Linux 5.12 and CPU level v3.
 */
export interface Ref<V> {
  value: V;
  add(value: V): void;
  and(value: V): void;
  or(value: V): void;
  xor(value: V): void;
  /** Adds and gives the value from before; so do the others. */
  fetchAdd(value: V): V;
  fetchAnd(value: V): V;
  fetchOr(value: V): V;
  fetchXor(value: V): V;
  /** Stores `value` and gives the one from before. */
  exchange(value: V): V;
  /** Stores `value` where `expected` is stored, and gives what was there before: `expected` when it did store it. */
  compareExchange(expected: V, value: V): V;
}

/** A map from keys to values. */
export interface EntryMap<K, V> extends AnyMap {
  /** The value: a live reference to a struct, a copy of a scalar; `undefined` when there is none. */
  get(key: K): V | undefined;
  has(key: K): boolean;
  /** Stores a copy. False when the kernel refused, as when the map is full. */
  set(key: K, value: V): boolean;
  /** True when there was such an entry. */
  delete(key: K): boolean;
  /** A reference to a scalar value in the map, to change it in place. */
  ref(key: K): Ref<V> | undefined;
}

/** A map whose values have the indices from 0 on and are always there. */
export interface IndexMap<V> extends AnyMap {
  /** The value: a live reference to a struct, a copy of a scalar; `undefined` for an index outside. */
  get(index: number): V | undefined;
  /** Stores a copy. False for an index outside. */
  set(index: number, value: V): boolean;
  /** A reference to a scalar value in the map, to change it in place. */
  ref(index: number): Ref<V> | undefined;
}

/** A map whose entries can be gone through. */
export interface Walkable<V, K> {
  /**
   * Calls a function for each entry, in no order that can be relied on, until it returns `true`. It gets what `get`
   * would give and a copy of the key, may use and change the variables around it, and may delete the entry that it is
   * given. Requires Linux 5.13 or newer.
   */
  forEach(callback: (value: V, key: K) => boolean | void): void;
}

export interface HashMap<K, V, DK = unknown, DV = unknown> extends EntryMap<K, V>, Walkable<V, K> {
  readonly mapKind: "hash";
  readonly __decoded?: readonly [DK, DV];
}

/** A hash map that makes room for a new key by dropping one that was not used for long. */
export interface LruHashMap<K, V, DK = unknown, DV = unknown> extends EntryMap<K, V>, Walkable<V, K> {
  readonly mapKind: "lru_hash";
  readonly __decoded?: readonly [DK, DV];
}

/** Each CPU has a value of its own for each key; the kernel half sees those of the CPU it runs on. */
export interface PerCpuHashMap<K, V, DK = unknown, DV = unknown> extends EntryMap<K, V>, Walkable<V, K> {
  readonly mapKind: "percpu_hash";
  readonly __decoded?: readonly [DK, readonly DV[]];
}

/** A map from prefixes: `get` gives the value of the longest prefix that the key begins with. */
export interface LpmTrie<K, V, DK = unknown, DV = unknown> extends EntryMap<K, V> {
  readonly mapKind: "lpm_trie";
  readonly __decoded?: readonly [DK, DV];
}

export interface ArrayMap<V, DV = unknown> extends IndexMap<V>, Walkable<V, number> {
  readonly mapKind: "array";
  readonly __decoded?: readonly [number, DV];
}

/** Each CPU has its own values; the kernel half sees those of the CPU it runs on. */
export interface PerCpuArray<V, DV = unknown> extends IndexMap<V>, Walkable<V, number> {
  readonly mapKind: "percpu_array";
  readonly __decoded?: readonly [number, readonly DV[]];
}

/** Values that wait in a row. */
export interface SequenceMap<V> extends AnyMap {
  /** Adds a copy. False when there is no room. */
  push(value: V): boolean;
  /** Takes the next value out: a copy; `undefined` when there is none. */
  pop(): V | undefined;
  /** The next value, which stays: a copy; `undefined` when there is none. */
  peek(): V | undefined;
}

/** The first value that went in comes out first. */
export interface Queue<V, DV = unknown> extends SequenceMap<V> {
  readonly mapKind: "queue";
  readonly __decoded?: DV;
}

/** The last value that went in comes out first. */
export interface Stack<V, DV = unknown> extends SequenceMap<V> {
  readonly mapKind: "stack";
  readonly __decoded?: DV;
}

/** Programs to go on with; user space puts them in. */
export interface ProgArray extends AnyMap {
  readonly mapKind: "prog_array";
  /**
   * Goes on as the program at `index`, with the same context, and never comes back. Only when there is no such program,
   * or after 33 of such calls, the program goes on behind this call.
   */
  tailCall(ctx: ContextPointer, index: number): void;
}

/** Stacks, each kept once and known by its number. */
export interface StackTrace extends AnyMap {
  readonly mapKind: "stack_trace";
  /**
   * Keeps the stack of the kernel, or that of the process in user space, and gives its number. Negative is an error:
   * -17 (EEXIST) where another stack has its place, which its addresses decide, long before the map is full.
   */
  capture(ctx: ContextPointer, options?: { readonly user?: boolean }): number;
}

/** A value for each task, which goes with it. Linux 5.11. */
export interface TaskStorage<V, DV = unknown> extends AnyMap {
  readonly mapKind: "task_storage";
  readonly __decoded?: readonly [number, DV];
  /** The task's value, a live reference to a struct and a copy of a scalar; `undefined` when it has none. */
  get(task: Task): V | undefined;
  /** The same, but makes a value of zeros when there is none; `undefined` only when there is no memory. */
  getOrCreate(task: Task): V | undefined;
  /** True when the task had a value. */
  delete(task: Task): boolean;
  /** A reference to a scalar value, which is made when there is none. */
  ref(task: Task): Ref<V> | undefined;
}

/** A task that the verifier knows, as `bpfGetCurrentTaskBtf()` gives it. */
type Task = KernelObject<"struct task_struct"> | object;

export interface PerfEventArray<V, DV = unknown> extends AnyMap {
  readonly mapKind: "perf_event_array";
  readonly __decoded?: DV;
  /** Sends a copy to the reader of this CPU. False when there was no room or no reader. */
  output(ctx: ContextPointer, event: V): boolean;
}

/** A record that was reserved in a ring buffer: `submit` sends it, leaving the scope without it discards it. */
export type Reserved<V> = V & Reservation;

export interface Reservation {
  submit(): void;
  discard(): void;
  [Symbol.dispose](): void;
}

export interface RingBuffer<V, DV = unknown> extends AnyMap {
  readonly mapKind: "ringbuf";
  readonly __decoded?: DV;
  /** Sends a copy. False when there was no room. */
  output(event: V): boolean;
  /** Room for a record, to be filled in place: `using record = events.reserve()`. `undefined` when there is none. */
  reserve(): Reserved<V> | undefined;
}

// ---- data sections ----------------------------------------------------------------------------------------------

/** A number of the program that user space may set before it loads it. The kernel half only reads it. */
export interface Constant<V, DV = unknown> {
  readonly dataKind: "constant";
  readonly __decoded?: DV;
  readonly value: V;
}

/** A variable that all runs of all programs share, and that user space reads and writes as well. */
export interface Global<V, DV = unknown> extends Ref<V> {
  readonly dataKind: "global";
  readonly __decoded?: DV;
}

/** What a constant or a global variable begins as: text for `chars`, lists for arrays, some of a struct's fields. */
export type Initial<V> = V extends number | bigint | boolean
  ? V
  : V extends Chars<number>
    ? string
    : V extends FixedArray<infer T, number>
      ? readonly Initial<T>[]
      : V extends { readonly length: number }
        ? readonly number[]
        : { readonly [K in keyof V]?: Initial<V[K]> };
