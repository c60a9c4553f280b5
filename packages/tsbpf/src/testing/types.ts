// The public types of `emulate`: what a test gives, and what it gets.

import type { Program } from "../lang/types.js";
import type { EventStream, UserHalf, UserProgArray } from "../loader/types.js";
import type { UserHelper } from "../vm/vm.js";

export type { UserHelper };

/**
 * A kernel object as plain data: fields by the kernel's names or camelCase. A field left out is zero; an object for a
 * pointer is an object of its own, and the same object is always at the same address; text goes into char arrays.
 */
export interface KernelObjectInit {
  readonly [field: string]: KernelValue;
}

export type KernelValue =
  | number
  | bigint
  | boolean
  | string
  | null
  | undefined
  | Uint8Array
  | KernelObjectInit
  | readonly KernelValue[];

export interface EmulateOptions {
  /**
   * The kernel's types that CO-RE accesses are resolved against: BTF as bytes or in a file ("/sys/kernel/btf/vmlinux").
   * Left out, the kernel has exactly the types that the programs name.
   */
  readonly btf?: string | URL | Uint8Array;
  /** What that kernel lacks: a type ("task_struct"), a member ("task_struct.tgid") or an enum's value. */
  readonly without?: readonly string[];
  /** The task that programs run for. `pid`, `tgid` and `comm` are also what the helpers of these names give. */
  readonly task?: KernelObjectInit;
  /** What clocks show, in nanoseconds; 0 unless it is set. */
  readonly clockNs?: bigint;
  readonly randomSeed?: number;
  /** How many CPUs there are; 1 unless it is set. */
  readonly cpuCount?: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Values of the module's constants. */
  readonly constants?: Readonly<Record<string, unknown>>;
  /**
   * Helpers of the test's own, by their names in TypeScript; they go before the built-in ones. They get the registers
   * as unsigned numbers and give r0.
   */
  readonly helpers?: Readonly<Record<string, UserHelper>>;
  /** How many instructions a run may take; 100 million unless it is set. */
  readonly maxInstructions?: number;
  /** The instruction set level that a TypeScript module is compiled for; "v3" unless it is set. */
  readonly cpu?: "v1" | "v2" | "v3" | "v4";
  /**
   * The oldest kernel that a TypeScript module must run on; "5.10" unless it is set, as for `tsbpf build`. The virtual
   * machine itself has what the newest kernels have.
   */
  readonly kernel?: string;
}

/** The context of programs that get arguments: tracepoints, functions, security hooks. */
export interface ArgumentsContext {
  /** Numbers, or kernel objects where the kernel's types say what they are. */
  readonly args?: readonly (number | bigint | boolean | KernelObjectInit)[];
  /** What the function returned. */
  readonly result?: number | bigint | KernelObjectInit;
}

/** The context of packet programs, with the fields of their context by name. */
export interface PacketContext {
  readonly packet?: Uint8Array;
  readonly [field: string]: number | bigint | Uint8Array | readonly number[] | undefined;
}

/** Fields of the context by name, or its bytes. */
export type FieldsContext = KernelObjectInit | Uint8Array;

type ArgumentKinds =
  | "raw_tracepoint"
  | "raw_tracepoint.w"
  | "tp_btf"
  | "kprobe"
  | "kretprobe"
  | "fentry"
  | "fexit"
  | "fmod_ret"
  | "lsm";

/** What `run` takes for a program of this kind. */
export type ContextInput<Kind extends string> = string extends Kind
  ? ArgumentsContext | PacketContext | FieldsContext
  : Kind extends ArgumentKinds
    ? ArgumentsContext | Uint8Array
    : Kind extends "xdp" | `tcx/${string}` | "tc" | "socket" | `cgroup_skb/${string}`
      ? PacketContext
      : Kind extends "syscall"
        ? Uint8Array
        : FieldsContext;

export interface RunOutcome {
  /** As C's int: a negated errno is negative. */
  readonly returnValue: number;
  /** All 64 bits of r0, unsigned. */
  readonly r0: bigint;
  /** How many instructions ran. */
  readonly instructions: number;
  /** The context's bytes as the program left them. */
  readonly context: Uint8Array;
  /** The packet as the program left it; undefined when there was none. */
  readonly packet: Uint8Array | undefined;
}

export interface EmulatedProgram<Kind extends string = string> {
  readonly name: string;
  readonly section: string;
  /** Stands for the program where a map takes one. */
  readonly fd: number;
  /** Runs it once. Throws VmError when it does what the kernel would not let it do. */
  run(context?: ContextInput<Kind>): RunOutcome;
}

/** What a program has sent through a perf event array or a ring buffer. */
export interface EmulatedEvents<T> {
  readonly name: string;
  /** Everything that was sent, decoded. */
  readonly events: readonly T[];
  /** The same with where and when it was sent. */
  readonly records: readonly EmulatedRecord<T>[];
  /** The events so far, which are then gone. */
  take(): T[];
}

export interface EmulatedRecord<T> {
  readonly event: T;
  readonly cpu: number;
  readonly timeNs: bigint;
}

/** An array of programs, which decides what a tail call runs. */
export interface EmulatedProgArray extends Omit<UserProgArray, "get" | "set"> {
  /** A number of the program at this index. */
  get(index: number): number | undefined;
  /** The program must be of the kind of those that use the array. */
  set(index: number, program: Pick<EmulatedProgram, "name" | "fd">): this;
}

/** A variable of the module: `constant` or `global`. */
export interface EmulatedGlobal {
  value: unknown;
}

type ProgramNames<M> = { [K in keyof M]: M[K] extends Program<string> ? K : never }[keyof M];
type MapNames<M> = { [K in keyof M]: M[K] extends { readonly mapKind: string } ? K : never }[keyof M];
type EmulatedHalf<T> =
  UserHalf<T> extends EventStream<infer D>
    ? EmulatedEvents<D>
    : UserHalf<T> extends UserProgArray
      ? EmulatedProgArray
      : UserHalf<T>;

export type EmulatedPrograms<M> = string extends keyof M
  ? Readonly<Record<string, EmulatedProgram>>
  : { readonly [K in ProgramNames<M>]: M[K] extends Program<infer Kind> ? EmulatedProgram<Kind> : never };
/** The maps of the loader's user half, on the machine's maps; events are simply there. */
export type EmulatedMaps<M> = string extends keyof M
  ? Readonly<Record<string, unknown>>
  : { readonly [K in MapNames<M>]: EmulatedHalf<M[K]> };

/** How often the instructions of a source line ran. A line whose code was optimised away is not listed. */
export interface LineCoverage {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
  readonly hits: number;
}

export interface Emulator<M = Record<string, unknown>> {
  readonly programs: EmulatedPrograms<M>;
  readonly maps: EmulatedMaps<M>;
  readonly globals: Readonly<Record<string, EmulatedGlobal>>;
  /** The lines that programs printed (bpf_trace_printk). */
  readonly printed: readonly string[];
  /** The current task; setting it makes another one current. */
  task: KernelObjectInit;
  clockNs: bigint;
  /** The CPU that programs run on, from 0. */
  cpu: number;
  uid: number;
  gid: number;
  randomSeed: number;
  /** Addresses that stack traces give, innermost first. */
  kernelStack: readonly bigint[];
  userStack: readonly bigint[];
  /** Puts a kernel object into memory; gives its address. */
  kernelObject(struct: string, fields: KernelObjectInit): bigint;
  /** Puts bytes, or text with a NUL behind it, into the process's memory; gives the address. */
  userMemory(content: Uint8Array | string, address?: bigint): bigint;
  /** Bytes of any memory; undefined where there is none. */
  read(address: bigint, sizeBytes: number): Uint8Array | undefined;
  /** False where there is no such memory. */
  write(address: bigint, bytes: Uint8Array): boolean;
  /** Which lines ran so far, sorted by file and line. */
  coverage(): readonly LineCoverage[];
}
