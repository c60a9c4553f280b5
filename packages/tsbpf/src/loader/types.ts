// The public types of the loader: what `load` gives, derived from the type of the module that holds the kernel half.

import type {
  ArrayMap,
  HashMap,
  LpmTrie,
  LruHashMap,
  PerCpuArray,
  PerCpuHashMap,
  PerfEventArray,
  ProgArray,
  Queue,
  RingBuffer,
  Stack,
  StackTrace,
  TaskStorage,
} from "../lang/map-types.js";
import type { Program } from "../lang/types.js";

/** An attachment. Closing it detaches the program; closing twice does nothing more. */
export interface Link extends Disposable, AsyncDisposable {
  /** The descriptor that stands for it; -1 where the kernel has none (classifiers, socket filters). */
  readonly fd: number;
  close(): void;
}

/** Where a program is attached that its section does not say it of. Each kind takes some of these. */
export interface AttachOptions {
  /** xdp, tc: the interface's name or index. */
  readonly interface?: string | number;
  /** xdp: where packets are seen, in the driver or behind it; the kernel chooses when left out. */
  readonly mode?: "driver" | "generic";
  /** Control group programs: the path of a folder of a cgroup2 file system. */
  readonly cgroup?: string;
  /** Socket filters: the socket's descriptor. */
  readonly socket?: number;
  /** Perf event programs: what is sampled, "cpu-clock" when left out. */
  readonly event?: "cpu-clock" | "task-clock" | "page-faults" | "context-switches" | "cpu-cycles" | "instructions";
  /** Perf event programs: samples a second on each CPU, 99 when left out. */
  readonly frequency?: number;
  /** Perf event programs, instead of the frequency: one sample after so many events. */
  readonly period?: number;
  /** Perf event programs: one CPU instead of all. */
  readonly cpu?: number;
}

type PerfEventOptions = Pick<AttachOptions, "event" | "frequency" | "period" | "cpu">;

/** What `attach` takes for a program of this kind. */
export type AttachArguments<Kind extends string> = string extends Kind
  ? [options?: AttachOptions]
  : Kind extends "xdp"
    ? [options: Required<Pick<AttachOptions, "interface">> & Pick<AttachOptions, "mode">]
    : Kind extends `tcx/${string}`
      ? [options: Required<Pick<AttachOptions, "interface">>]
      : Kind extends `cgroup/${string}`
        ? [options: Required<Pick<AttachOptions, "cgroup">>]
        : Kind extends "socket"
          ? [options: Required<Pick<AttachOptions, "socket">>]
          : Kind extends "perf_event"
            ? [options?: PerfEventOptions]
            : [];

export interface TestRunOptions {
  /** The program's context; zeros for a raw tracepoint when left out. A syscall program's value. */
  readonly context?: Uint8Array;
  /** The packet, for programs that take one. */
  readonly data?: Uint8Array;
}

export interface TestRunOutcome {
  readonly returnValue: number;
  /** 0 where the kernel does not measure it (raw tracepoints). */
  readonly durationNs: number;
  /** The packet as the program left it; undefined when none was given. */
  readonly data: Uint8Array | undefined;
  /** A syscall program's value as the program left it; undefined for other kinds. */
  readonly context: Uint8Array | undefined;
}

/** A program the kernel has accepted. */
export interface LoadedProgram<Kind extends string = string> {
  readonly name: string;
  /** Of the ELF section, "raw_tracepoint/sched_process_exec". */
  readonly section: string;
  readonly fd: number;
  /**
   * Attaches the program to what its section names or the options say, after opening the event streams it writes to,
   * so that no event is lost between this call and the first read.
   */
  attach(...options: AttachArguments<Kind>): Link;
  /**
   * Runs the program once, here and now: raw tracepoints (Linux 5.10), packet programs (4.12, with `data` of at least
   * 14 bytes), syscall programs (5.14).
   */
  testRun(options?: TestRunOptions): TestRunOutcome;
}

/** Something that came out of a stream, in the order of its CPU. */
export type EventRecord<T> =
  | {
      readonly kind: "event";
      /** The CPU it was sent from; undefined for a ring buffer, which all CPUs share. */
      readonly cpu: number | undefined;
      /** CLOCK_MONOTONIC; undefined for a ring buffer. */
      readonly timeNs: bigint | undefined;
      readonly event: T;
    }
  /** `count` events of this CPU are missing here: its ring was full. */
  | { readonly kind: "lost"; readonly cpu: number; readonly count: number };

export interface EventStreamOptions {
  /** Size of a perf ring, a power of two of memory pages for each CPU (64 by default). */
  readonly pages?: number;
}

export interface ReadOptions extends EventStreamOptions {
  /**
   * How long to gather events after some were read, in milliseconds (10 by default): a first event comes at once, a
   * storm costs few wake-ups.
   */
  readonly latencyMs?: number;
  /** Ends the reading: what is in the rings is still delivered. */
  readonly signal?: AbortSignal;
}

/**
 * The events sent through a perf event array or a ring buffer. It has one reader at a time. Plain iteration gives the
 * events alone; lost ones are counted in `lost`, and the first loss is a process warning.
 */
export interface EventStream<T> extends AsyncIterable<T>, Disposable, AsyncDisposable {
  readonly name: string;
  /** How many events the reader was told were lost, so far. */
  readonly lost: number;
  /** Opens the rings before anything is read. Nothing happens when they are open. */
  open(options?: EventStreamOptions): void;
  /** Events and losses, one at a time. */
  records(options?: ReadOptions): AsyncGenerator<EventRecord<T>, void, void>;
  /** The same in the batches in which they came: the cheapest way to read. */
  batches(options?: ReadOptions): AsyncGenerator<readonly EventRecord<T>[], void, void>;
  /** Ends the reading at once and gives back the rings. */
  close(): void;
}

interface UserMapBase {
  readonly name: string;
  readonly fd: number;
}

/** A hash map from user space; the methods are those of JavaScript's Map. */
export interface UserHashMap<K, V> extends UserMapBase, Iterable<[K, V]> {
  get(key: K): V | undefined;
  has(key: K): boolean;
  set(key: K, value: V): this;
  /** True when there was such an entry. */
  delete(key: K): boolean;
  keys(): IterableIterator<K>;
  values(): IterableIterator<V>;
  entries(): IterableIterator<[K, V]>;
}

/** An array map from user space. Its elements always exist. */
export interface UserArray<V> extends UserMapBase, Iterable<[number, V]> {
  readonly length: number;
  /** Undefined for an index outside. */
  get(index: number): V | undefined;
  set(index: number, value: V): this;
  keys(): IterableIterator<number>;
  values(): IterableIterator<V>;
  entries(): IterableIterator<[number, V]>;
}

/** An array map with a value for each possible CPU. */
export type UserPerCpuArray<V> = UserArray<readonly V[]>;

/** A hash map with a value for each possible CPU. */
export type UserPerCpuHashMap<K, V> = UserHashMap<K, readonly V[]>;

/** A queue or a stack from user space. */
export interface UserSequence<V> extends UserMapBase {
  /** False when there is no room. */
  push(value: V): boolean;
  /** Takes the next value out; `undefined` when there is none. */
  pop(): V | undefined;
  /** The next value, which stays; `undefined` when there is none. */
  peek(): V | undefined;
}

/** An array of programs from user space, which decides what a tail call runs. */
export interface UserProgArray extends UserMapBase {
  readonly length: number;
  /** The kernel's id of the program at this index. */
  get(index: number): number | undefined;
  /** The program must be of the kind of those that use the array. */
  set(index: number, program: LoadedProgram): this;
  /** True when there was a program. */
  delete(index: number): boolean;
}

/** The stacks that programs captured, by the ids that `capture` gave. */
export interface UserStackTrace extends UserMapBase, Iterable<[number, bigint[]]> {
  /** Addresses from the innermost call outwards. */
  get(id: number): bigint[] | undefined;
  /** True when there was such a stack. */
  delete(id: number): boolean;
  entries(): IterableIterator<[number, bigint[]]>;
}

/** What belongs to tasks, by the id of a process; the values of its first thread. Requires Linux 5.11 or newer. */
export interface UserTaskStorage<V> extends UserMapBase {
  get(pid: number): V | undefined;
  has(pid: number): boolean;
  set(pid: number, value: V): this;
  /** True when there was a value. */
  delete(pid: number): boolean;
}

/** A map of a type without methods here: its descriptor can be handed on. */
export interface RawMap extends UserMapBase {
  /** enum bpf_map_type. */
  readonly type: number;
}

export type LoadedMap =
  | EventStream<unknown>
  | UserHashMap<unknown, unknown>
  | UserArray<unknown>
  | UserSequence<unknown>
  | UserProgArray
  | UserStackTrace
  | UserTaskStorage<unknown>
  | RawMap;

/** A global variable of the programs; it is read and written where they have it. */
export interface UserGlobal<V> {
  readonly name: string;
  value: V;
}

/** A constant of the programs, as it was loaded. */
export interface UserConstant<V> {
  readonly name: string;
  readonly value: V;
}

/** The user half's type of one export of the kernel half; `never` for what is neither map nor program. */
export type UserHalf<T> =
  T extends Program<infer Kind>
    ? LoadedProgram<Kind>
    : T extends Tagged<PerfEventArray<never>, infer D>
      ? EventStream<D>
      : T extends Tagged<RingBuffer<never>, infer D>
        ? EventStream<D>
        : T extends Tagged<KeyedMap, readonly [infer DK, infer DV]>
          ? UserHashMap<DK, DV>
          : T extends Tagged<PerCpuArray<never>, readonly [number, readonly (infer DV)[]]>
            ? UserPerCpuArray<DV>
            : T extends Tagged<ArrayMap<never>, readonly [number, infer DV]>
              ? UserArray<DV>
              : OtherMap<T>;

type OtherMap<T> =
  T extends Tagged<Queue<never> | Stack<never>, infer D>
    ? UserSequence<D>
    : T extends Tagged<TaskStorage<never>, readonly [number, infer D]>
      ? UserTaskStorage<D>
      : T extends { readonly mapKind: ProgArray["mapKind"] }
        ? UserProgArray
        : T extends { readonly mapKind: StackTrace["mapKind"] }
          ? UserStackTrace
          : T extends { readonly mapKind: string }
            ? RawMap
            : never;

type KeyedMap = HashMap<never, never> | LruHashMap<never, never> | PerCpuHashMap<never, never> | LpmTrie<never, never>;

/** A map is known by its kind, and its decoded types are in the phantom `__decoded`. */
type Tagged<Map extends { readonly mapKind: string }, D> = { readonly mapKind: Map["mapKind"]; readonly __decoded?: D };

type DataOf<Kind extends string, D> = { readonly dataKind: Kind; readonly __decoded?: D };
type DataNames<M, Kind extends string> = { [K in keyof M]: M[K] extends DataOf<Kind, unknown> ? K : never }[keyof M];
type DecodedData<T> = T extends DataOf<string, infer D> ? D : never;

/** The variables of the data sections. */
export type Globals<M> = string extends keyof M
  ? Readonly<Record<string, UserGlobal<unknown>>>
  : { readonly [K in DataNames<M, "global">]: UserGlobal<DecodedData<M[K]>> } & {
      readonly [K in DataNames<M, "constant">]: UserConstant<DecodedData<M[K]>>;
    };
/** What `load` can set before the kernel sees the programs. */
export type Constants<M> = string extends keyof M
  ? Readonly<Record<string, unknown>>
  : { readonly [K in DataNames<M, "constant">]?: DecodedData<M[K]> };

type ProgramNames<M> = { [K in keyof M]: M[K] extends Program<string> ? K : never }[keyof M];
type MapNames<M> = { [K in keyof M]: M[K] extends { readonly mapKind: string } ? K : never }[keyof M];

/** Every name is there when the type of the kernel half is not given; an unknown one throws. */
export type Programs<M> = string extends keyof M
  ? Readonly<Record<string, LoadedProgram>>
  : { readonly [K in ProgramNames<M>]: UserHalf<M[K]> };
export type Maps<M> = string extends keyof M
  ? Readonly<Record<string, LoadedMap>>
  : { readonly [K in MapNames<M>]: UserHalf<M[K]> };

/** An object in the kernel. A name it does not have throws UnknownNameError. */
export interface LoadedObject<M = Record<string, unknown>> extends Disposable, AsyncDisposable {
  readonly programs: Programs<M>;
  readonly maps: Maps<M>;
  /** Constants and global variables: `object.globals.count.value`. */
  readonly globals: Globals<M>;
  /** Detaches and unloads everything. Closing twice does nothing more. */
  close(): void;
}
