// The types that a BPF program is written with. They exist twice over: in the kernel half the compiler gives each
// its size and layout, in plain Node they are ordinary numbers, bigints and objects.

import type { i32, i64, u32, u64, u8 } from "./schemas.js";

export type { i32, i64, u32, u64, u8 };

/**
 * Marks a type for the compiler. Always optional and never present at run time: it only carries a name.
 *
 * @public declarations of other packages refer to it
 */
export declare const brand: unique symbol;

/** `T` in a flavour of its own: plain literals fit, another flavour does not. */
export type Flavor<T, Name extends string> = T & { readonly [brand]?: Name };

/** Text in `N` bytes, NUL-padded. Its methods look at it up to the first NUL. */
export interface Chars<N extends number> {
  readonly [brand]?: "chars";
  readonly length: N;
  [index: number]: u8;
  [Symbol.iterator](): IterableIterator<u8>;
  equals(text: string | Chars<number>): boolean;
  startsWith(text: string | Chars<number>): boolean;
  includes(text: string | Chars<number>): boolean;
}

/** `N` raw bytes. */
export interface Bytes<N extends number> {
  readonly [brand]?: "bytes";
  readonly length: N;
  [index: number]: u8;
  [Symbol.iterator](): IterableIterator<u8>;
}

/** `N` elements in a row. An index outside reads 0 and writes nothing. */
export interface FixedArray<T, N extends number> {
  readonly [brand]?: "array";
  readonly length: N;
  [index: number]: T;
  [Symbol.iterator](): IterableIterator<T>;
}

// ---- kernel types -----------------------------------------------------------------------------------------------

/** @public declarations of other packages refer to it */
export declare const enumBrand: unique symbol;
/** @public declarations of other packages refer to it */
export declare const bitsBrand: unique symbol;
/** @public declarations of other packages refer to it */
export declare const typedefBrand: unique symbol;

/**
 * In a `bpfCore…` interface: a field that is a pointer to `T` (without it the field is a `T` embedded). A pointer to
 * numbers, text or other pointers is one to an array: `Ptr<FixedArray<u32, 4>>`; `number` for the length says that it
 * is not known. `Ptr<unknown>` is a `void *`.
 */
export type Ptr<T> = T & { readonly [brand]?: "ptr" };

/** A pointer to memory of the traced process: only helpers with `User` in their name follow it. */
export type UserPtr<T = unknown> = T & { readonly [brand]?: "user" };

/** In a `bpfCore…` interface: a bit-field of `Bits` bits, declared as `T`: `BitField<u32, 1>`. */
export type BitField<T, Bits extends number> = T & { readonly [bitsBrand]?: Bits };

/** In a `bpfCore…` interface: a field whose type is the enum `E` (a `bpfCoreEnum…` interface), stored as `T`. */
export type Enum<E, T = u32> = T & { readonly [enumBrand]?: E };

/** `interface bpfCoreX extends BpfCoreUnion`: the kernel's `union x`. */
export interface BpfCoreUnion {
  readonly [brand]?: "union";
}

/** `interface bpfCoreAtomicT extends BpfCoreTypedef`: a kernel type that only a `typedef` names. */
export interface BpfCoreTypedef {
  readonly [typedefBrand]?: true;
}

/** How a value lies in memory: what it is in the kernel half, and what user space decodes it as. */
export interface Schema<Kernel, Decoded> {
  /** Phantom: only for types. */
  readonly __kernel?: Kernel;
  /** Phantom: only for types. */
  readonly __decoded?: Decoded;
  readonly layout: Layout;
}

/** A scalar's schema is also the conversion to it: `u32(x)` wraps `x` to 32 bits. */
export interface Scalar<Kernel extends number | bigint, Decoded> extends Schema<Kernel, Decoded> {
  (value: number | bigint | boolean): Kernel;
}

export interface BoolSchema extends Schema<boolean, boolean> {
  (value: unknown): boolean;
}

export type Fields = Record<string, Schema<unknown, unknown>>;
type KernelOf<S> = S extends Schema<infer K, unknown> ? K : never;
type DecodedOf<S> = S extends Schema<unknown, infer D> ? D : never;

/** The kernel half's view of a struct: its fields in order, assignable. */
export type StructValue<F extends Fields> = { -readonly [K in keyof F]: KernelOf<F[K]> };
/** What user space gets for a struct. */
export type DecodedStruct<F extends Fields> = { readonly [K in keyof F]: DecodedOf<F[K]> };

/** What a struct is made from: some of its fields; text may stand for a `Chars` field. */
export type StructInit<F extends Fields> = { readonly [K in keyof F]?: InitOf<KernelOf<F[K]>> };
type InitOf<V> = V extends Chars<number> ? V | string : V;

/** Called to make a zeroed value, with some fields given. */
export interface StructSchema<F extends Fields> extends Schema<StructValue<F>, DecodedStruct<F>> {
  (init?: StructInit<F>): StructValue<F>;
}

/** The kernel half's type of a schema: `function f(event: Value<typeof ExecEvent>)`. */
export type Value<S extends Schema<unknown, unknown>> = KernelOf<S>;

/** The layout that a schema carries at run time, in plain Node. Sizes and offsets are in bytes. */
export type Layout =
  | { readonly kind: "int"; readonly bits: 8 | 16 | 32 | 64; readonly signed: boolean }
  | { readonly kind: "bool" }
  | { readonly kind: "chars"; readonly length: number }
  | { readonly kind: "bytes"; readonly length: number }
  | { readonly kind: "array"; readonly element: Layout; readonly length: number }
  | { readonly kind: "struct"; readonly fields: readonly { readonly name: string; readonly layout: Layout }[] };

// ---- programs ---------------------------------------------------------------------------------------------------

/** A program's entry point; its exported name is the program's name. */
export interface Program<Kind extends string> {
  readonly programKind: Kind;
  /** The function itself, so that a test can call it in plain Node. */
  readonly handler: (ctx: never) => number | bigint | boolean | void;
}

/** The context of a program, which some helpers take. */
export interface ContextPointer {
  readonly [brand]?: "ctx";
}

/** Twelve registers: the most a tracepoint has (MAX_BPF_FUNC_ARGS, include/linux/bpf.h). */
export type RawTracepointArgs = readonly [u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64, u64];

/** The arguments of the tracepoint as the kernel's TP_PROTO lists them; each is a 64-bit register. */
export interface RawTracepointContext<Args extends readonly unknown[] = RawTracepointArgs> extends ContextPointer {
  readonly args: Args;
}

// ---- helpers' arguments -----------------------------------------------------------------------------------------

/** Any map, where a helper takes one. */
export interface AnyMap {
  readonly mapKind: string;
}

/** Memory of the program that a helper reads or fills: a struct, text, bytes or an array. */
export type Memory = object;
/** A place in kernel memory: a `bpfCore…` object, or its address. */
export type KernelAddress = object | u64;
/** A place in the traced process's memory. */
export type UserAddress = u64 | UserPtr;
/** A kernel object that the verifier keeps track of. */
export interface KernelObject<Name extends string> {
  readonly [brand]?: "kernel_object";
  readonly __struct?: Name;
}

/** What a helper takes that needs to know its object: what another helper gave, or a `bpfCore…` object as trusted. */
export type TrustedObject<Name extends string> = KernelObject<Name> | object;
