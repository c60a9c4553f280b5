// What a random program can name at a place: variables, memory, maps, functions, and what control flow allows there.

import type { Random } from "./random.test.support.js";
import type { TreeNode, ValueType } from "./tree.test.support.js";

/** Bounds of a number in JavaScript's sense: the generator keeps within 2^53, as the language demands. */
export interface Interval {
  readonly low: bigint;
  readonly high: bigint;
}

export interface Expression extends TreeNode {
  readonly role: "expression";
  readonly type: ValueType;
  /** Of a number; of 64-bit values it says nothing. */
  readonly interval: Interval;
}

export interface ScalarVariable {
  readonly name: string;
  readonly type: ValueType;
  readonly interval: Interval;
  readonly isMutable: boolean;
}

/** A struct or an array that is at hand, and the scalars in it that can be read and assigned. */
export interface Place {
  readonly name: string;
  readonly struct: StructShape;
  /** It can be read only. */
  readonly isConstant?: boolean;
}

export interface StructShape {
  readonly name: string;
  readonly fields: readonly FieldShape[];
}

export type FieldShape = { readonly name: string } & (
  | { readonly kind: "scalar"; readonly type: ValueType }
  | { readonly kind: "array"; readonly type: ValueType; readonly length: number }
  | { readonly kind: "rows"; readonly type: ValueType; readonly rows: number; readonly length: number }
  | { readonly kind: "chars"; readonly length: number }
  | { readonly kind: "struct"; readonly struct: StructShape }
  | { readonly kind: "structs"; readonly struct: StructShape; readonly length: number }
);

export interface FunctionShape {
  readonly name: string;
  readonly params: readonly ValueType[];
  /** The last one may be left out. */
  readonly hasDefault: boolean;
  /** Set when it takes a struct before its scalars. */
  readonly struct: StructShape | undefined;
  /** A struct where it makes one. */
  readonly result: ValueType | StructShape;
  readonly isGlobal: boolean;
  /** How many frames a call takes, with those of what is called inside. */
  readonly frames: number;
}

export type MapKind = "hash" | "lru" | "array" | "perCpuHash" | "perCpuArray";

export interface MapShape {
  readonly name: string;
  readonly kind: MapKind;
  /** The key as text, for a number expression. */
  readonly key: ValueType;
  readonly value: ValueType | StructShape;
}

/** A queue or a stack. */
export interface WaitingShape {
  readonly name: string;
  readonly value: ValueType | StructShape;
}

/** A table of constants, whose length is a power of two. */
export interface TableShape {
  readonly name: string;
  readonly length: number;
  readonly interval: Interval;
}

export interface Scope {
  readonly random: Random;
  readonly variables: readonly ScalarVariable[];
  readonly places: readonly Place[];
  readonly functions: readonly FunctionShape[];
  readonly maps: readonly MapShape[];
  readonly waiting: readonly WaitingShape[];
  readonly tables: readonly TableShape[];
  readonly structs: readonly StructShape[];
  /** Globals, whose scalar is in `.value`. */
  readonly globals: readonly ScalarVariable[];
  /** Atomic operations other than `add`, which need level v3. */
  readonly hasAtomics: boolean;
  /** The context's arguments can be read (in a program itself). */
  readonly hasContext: boolean;
  /**
   * Literals of 64 bits stand as they are, without a conversion, and are shifted by variables; others stand on the left
   * of comparisons.
   */
  readonly hasOddLiterals: boolean;
  /** What `return` gives here; "none" where it cannot stand in the middle. */
  readonly result: ValueType | "none";
  /** Labels of the loops around, and of other statements, which can only be left. */
  readonly labels: readonly string[];
  readonly blocks: readonly string[];
  readonly isInLoop: boolean;
  /** Functions can be called back, for which the kernel must be new enough. */
  readonly hasCallbacks: boolean;
  /** Frames from the function's own one to here, which callbacks inside have too, and how many there may be. */
  readonly depth: number;
  readonly depthMax: number;
  /** The most that the function and what it calls have taken so far. */
  readonly frames: { used: number };
  /** How often what is generated here runs, at most. */
  readonly rounds: number;
  /** Counts up over the whole module, for names. */
  readonly counter: { next: number };
}

/** What may run in all, counting the rounds of the loops around: the verifier walks every one. */
export const roundsMax = 8;

export const intervals: Readonly<Record<ValueType, Interval>> = {
  u8: { low: 0n, high: 0xffn },
  u16: { low: 0n, high: 0xffffn },
  u32: { low: 0n, high: 0xffff_ffffn },
  i8: { low: -0x80n, high: 0x7fn },
  i16: { low: -0x8000n, high: 0x7fffn },
  i32: { low: -0x8000_0000n, high: 0x7fff_ffffn },
  number: { low: -(2n ** 53n) + 1n, high: 2n ** 53n - 1n },
  u64: { low: 0n, high: 2n ** 64n - 1n },
  i64: { low: -(2n ** 63n), high: 2n ** 63n - 1n },
  bool: { low: 0n, high: 1n },
};

export const smallTypes = ["u8", "u16", "u32", "i8", "i16", "i32"] as const;
export const bigTypes = ["u64", "i64"] as const;
export const storedTypes = [...smallTypes, ...bigTypes, "bool"] as const;

export function isNumber(type: ValueType): boolean {
  return type === "number" || (smallTypes as readonly ValueType[]).includes(type);
}

export function newName(scope: Scope, prefix: string): string {
  return `${prefix}${scope.counter.next++}`;
}

export function expression(
  type: ValueType,
  parts: readonly (string | TreeNode)[],
  interval: Interval = intervals[type],
): Expression {
  return { role: "expression", type, parts, interval };
}

export function statement(...parts: readonly (string | TreeNode)[]): TreeNode {
  return { role: "statement", parts };
}

/** A variable that what would go unseen is mixed into. */
export function totalOf(scope: Scope): ScalarVariable | undefined {
  return scope.variables.find(({ type, isMutable }) => type === "i32" && isMutable);
}

export function list(parts: readonly TreeNode[]): TreeNode {
  return { role: "list", parts };
}
