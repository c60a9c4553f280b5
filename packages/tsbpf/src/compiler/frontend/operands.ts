// What an expression is while it is being lowered: an SSA value with its exact range, a place in memory, an object in
// kernel memory, or something that exists only at compile time.

import type { ts } from "./typescript.js";
import type { ContextField } from "../../bpf/contexts.js";
import type { Variable } from "../ir/builder.js";
import type { Inst } from "../ir/ir.js";
import type { KernelStruct, KernelType } from "./kernel-types.js";
import type { AggregateType, DataType, IntType, ScalarType } from "./types.js";

/** Inclusive bounds of an integer. */
export interface Range {
  readonly low: bigint;
  readonly high: bigint;
}

/**
 * An integer in an i64. A value narrower than 64 bits is held exactly (zero- or sign-extended), so that arithmetic on
 * it is JavaScript's; `type` says how it was declared.
 */
export interface IntOperand {
  readonly kind: "int";
  /** A sized type, "number" (an exact integer), or "bigint" (a literal that takes the other side's sign). */
  readonly type: IntType | "number" | "bigint";
  readonly value: Inst;
  /** For plain numbers, bounds that hold in JavaScript's sense; for 64-bit types those of the type. */
  readonly range: Range;
  /** A plain `number` variable: its bounds are only those of safe integers, and sums stay in them by definition. */
  readonly loose: boolean;
}

export interface BoolOperand {
  readonly kind: "bool";
  /** i32, 0 or 1. */
  readonly value: Inst;
}

/** `a / b` or `a % b` on numbers before the conversion that makes it an integer. */
export interface QuotientOperand {
  readonly kind: "quotient";
  readonly operator: "/" | "%";
  readonly left: IntOperand;
  readonly right: IntOperand;
}

/** Which pointer type the verifier sees: memory of different spaces cannot share one variable. */
export type Space = "stack" | "map" | "ringbuf" | "data" | "rodata" | "packet" | "context";

/** A struct or an array in the program's own memory. */
export interface MemoryOperand {
  readonly kind: "memory";
  readonly type: AggregateType;
  readonly base: Inst;
  readonly offset: number;
  /** Alignment of `base + offset` in bytes. */
  readonly align: number;
  readonly space: Space;
  /** Set for what does not last: a record held by `using`, a view of a packet. */
  readonly record: RecordState | undefined;
}

/**
 * A reserved ring buffer record: `live` is the variable that is 1 while it must still be submitted or discarded. For a
 * view of a packet it is 0 while nothing can have moved the packet: it is read where the view was never made, too.
 */
export interface RecordState {
  readonly kind: "record" | "packet";
  readonly name: string;
  readonly live: Variable;
}

/** A place in kernel memory: `path` are the member and element indices from the object at `base`. */
export interface KernelOperand {
  readonly kind: "kernel";
  /** The type that relocations name; undefined for what lies behind a pointer to an array. */
  readonly root: KernelStruct | undefined;
  readonly base: Inst;
  readonly path: readonly number[];
  readonly type: KernelType;
  /** The verifier knows the object behind `base`, so that plain loads read it (tp_btf, fentry, lsm). */
  readonly trusted: boolean;
  /** For a trusted object: the verifier may want to see that it is not null. */
  readonly unchecked: boolean;
  /** The kernel gave it as it is: helpers that need to know their object take it, but not what its fields lead to. */
  readonly given: boolean;
}

/** A pointer to memory of the traced process. */
export interface UserOperand {
  readonly kind: "user";
  readonly value: Inst;
}

/** A pointer that the verifier tracks but a program cannot look into. */
export interface OpaqueOperand {
  readonly kind: "opaque";
  readonly value: Inst;
}

/** Something that may be missing. `present` is a ptr (missing is null) or an i32. `inner` only counts when present. */
export interface NullableOperand {
  readonly kind: "nullable";
  readonly present: Inst;
  readonly inner: Operand;
}

/** `map.ref(key)`, a global variable, or `ref(object, "field")`: a scalar in memory. */
export interface RefOperand {
  readonly kind: "ref";
  readonly base: Inst;
  readonly type: ScalarType;
  readonly space: Space;
  /** As for memory: which record it is a part of. */
  readonly record: RecordState | undefined;
}

/** The program's context. */
export interface ContextOperand {
  readonly kind: "ctx";
  readonly value: Inst;
  readonly programKind: string;
  /** A tracepoint's record, whose fields the kernel's types place. */
  readonly record: KernelOperand | undefined;
}

/** `ctx.args`. */
export interface ContextArgsOperand {
  readonly kind: "ctxArgs";
  readonly value: Inst;
}

/** An array in the context: `ctx.cb`. */
export interface ContextArrayOperand {
  readonly kind: "ctxArray";
  readonly value: Inst;
  readonly field: ContextField;
}

/** `ctx.packet` */
export interface PacketOperand {
  readonly kind: "packet";
  /** The context. */
  readonly value: Inst;
}

export interface VoidOperand {
  readonly kind: "void";
}

export interface NullOperand {
  readonly kind: "null";
}

export interface TextOperand {
  readonly kind: "text";
  readonly text: string;
}

/** Known when the program is compiled: see statics.ts. */
export interface StaticOperand {
  readonly kind: "static";
  readonly value: Static;
}

/** A diagnostic was given for it; whatever is made of it stays silent. */
export interface ErrorOperand {
  readonly kind: "error";
}

export type Operand =
  | IntOperand
  | BoolOperand
  | QuotientOperand
  | MemoryOperand
  | KernelOperand
  | UserOperand
  | OpaqueOperand
  | NullableOperand
  | RefOperand
  | ContextOperand
  | ContextArgsOperand
  | ContextArrayOperand
  | PacketOperand
  | VoidOperand
  | NullOperand
  | TextOperand
  | StaticOperand
  | ErrorOperand;

export const errorOperand: ErrorOperand = { kind: "error" };
export const voidOperand: VoidOperand = { kind: "void" };

// ---- compile-time values ----------------------------------------------------------------------------------------

export type MapKind =
  | "hash"
  | "lru_hash"
  | "percpu_hash"
  | "lpm_trie"
  | "array"
  | "percpu_array"
  | "queue"
  | "stack"
  | "prog_array"
  | "stack_trace"
  | "task_storage"
  | "perf_event_array"
  | "ringbuf";

/** A map as the module declares it. Key and value are what the kernel stores; `event` what is sent through it. */
export interface MapDeclaration {
  readonly name: string;
  readonly kind: MapKind;
  readonly key: DataType | undefined;
  readonly value: DataType | undefined;
  readonly event: DataType | undefined;
  /** Where the value has no type: the stacks of a stack trace map. */
  readonly valueBytes: number | undefined;
  readonly maxEntries: number;
  readonly node: ts.Node;
}

/** What the verifier lets a program answer (check_return_code in kernel/bpf/verifier.c). */
export type ReturnRule = "any" | "nothing" | "boolean" | "errno";

/** A constant or a global variable, at its place in a data section. */
export interface DataDeclaration {
  readonly name: string;
  readonly type: DataType;
  readonly isConstant: boolean;
  readonly section: string;
  /** In bytes. */
  readonly offset: number;
  readonly node: ts.Node;
}

export interface ProgramDeclaration {
  readonly name: string;
  /** A row of bpf/program-kinds.ts. */
  readonly kind: string;
  readonly target: string;
  /** What a syscall program's context holds. */
  readonly schema: AggregateType | undefined;
  readonly returns: ReturnRule;
  readonly handler: FunctionNode;
  readonly node: ts.Node;
}

export type FunctionNode = ts.FunctionDeclaration | ts.ArrowFunction | ts.FunctionExpression;

/** What a module-level `const`, an import or a name of "tsbpf" stands for. */
export type Static =
  | { readonly kind: "schema"; readonly type: DataType }
  | { readonly kind: "map"; readonly map: MapDeclaration }
  | { readonly kind: "data"; readonly data: DataDeclaration }
  | { readonly kind: "program"; readonly program: ProgramDeclaration }
  | { readonly kind: "function"; readonly name: string; readonly node: FunctionNode; readonly isGlobal?: true }
  | { readonly kind: "int"; readonly type: IntType | "number" | "bigint"; readonly value: bigint }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "null" }
  | { readonly kind: "undefined" }
  | { readonly kind: "list"; readonly elements: readonly Static[] }
  | { readonly kind: "record"; readonly fields: ReadonlyMap<string, Static> }
  | { readonly kind: "module"; readonly symbol: ts.Symbol }
  /** A function of "tsbpf" itself, by its exported name. */
  | { readonly kind: "intrinsic"; readonly name: string }
  | { readonly kind: "math" }
  | { readonly kind: "error" };
