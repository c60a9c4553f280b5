// The intermediate representation: functions of basic blocks in SSA form, as plain data. Blocks take parameters
// instead of phis. What each operation means is written at its interface; verify.ts lists the invariants, text.ts
// gives the textual form.

import type { CoreRelocKind } from "../../btf/types.js";

/** i32 and i64 are two's complement without a sign; the operations carry it. A ptr is 64 bits wide. */
export type Type = "i32" | "i64" | "ptr";

/** Where a value comes from in the user's source; line and column count from 1. */
export interface Span {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface IrModule {
  /** Every function that is a program or is called by one; programs carry their ELF section. Names are unique. */
  readonly functions: Func[];
}

export interface Func {
  readonly name: string;
  /** The ELF section of a program ("raw_tracepoint/sched_process_exec"); undefined for a subprogram. */
  readonly section: string | undefined;
  /** "global": the verifier looks at it on its own, by its BTF. Programs are global too. */
  readonly linkage: "static" | "global";
  readonly returns: Type | "void";
  /**
   * What a `ret` without a value leaves in r0: "zero", or "anything" where the kernel ignores it (r0 must then only
   * be readable).
   */
  readonly voidReturn: "zero" | "anything";
  /** blocks[0] is the entry; its parameters are the function's. It has no predecessors. */
  blocks: Block[];
  /** The next free id for instructions and blocks alike. */
  nextId: number;
}

export interface Block {
  readonly id: number;
  params: ParamInst[];
  insts: Inst[];
  term: Terminator;
}

export interface Target {
  block: Block;
  /** One value for each of the block's parameters. */
  args: Inst[];
}

export type Terminator = (
  | { readonly op: "jump"; target: Target }
  /** Goes to `then` when the i32 `cond` is not zero. */
  | { readonly op: "br"; cond: Inst; then: Target; else: Target }
  | { readonly op: "ret"; value: Inst | undefined }
  /** Control never gets here. */
  | { readonly op: "unreachable" }
) & { readonly span: Span | undefined };

interface InstBase {
  readonly id: number;
  readonly type: Type | "void";
  /** The SSA operands, in order; passes may replace entries. */
  readonly args: Inst[];
  readonly span: Span | undefined;
}

export type BinaryOp =
  | "add"
  | "sub"
  | "mul"
  | "and"
  | "or"
  | "xor"
  /** Shift counts are taken modulo the width. */
  | "shl"
  | "lshr"
  | "ashr"
  /** As BPF defines them: x / 0 is 0 and x % 0 is x; sdiv and smod truncate towards zero, MIN / -1 is MIN. */
  | "udiv"
  | "umod"
  | "sdiv"
  | "smod";

export type CompareOp = "eq" | "ne" | "ult" | "ule" | "ugt" | "uge" | "slt" | "sle" | "sgt" | "sge";

/** Whether the pointer leads into the context of a program. */
export function isInContext(ptr: Inst): boolean {
  let current = ptr;
  while (current.op === "add" && current.type === "ptr" && current.args[0]) current = current.args[0];
  return (current.op === "param" || current.op === "int2ptr") && current.context === true;
}

/** Memory width and, for loads, how the value is widened to the result's type. */
export type MemType = "u8" | "u16" | "u32" | "u64" | "i8" | "i16" | "i32";

/** A block parameter (for the entry block: a function parameter). No operands. */
export interface ParamInst extends InstBase {
  readonly op: "param";
  readonly type: Type;
  /** A number of the user's own: no check that the verifier must see rests on what it is. */
  readonly free?: true;
  /** The context of a program: the verifier has rules of its own for what is read and written through it. */
  readonly context?: true;
}
/** An integer; for i32 `value` is in 0 … 2^32 - 1, for i64 in 0 … 2^64 - 1. A ptr constant is only 0 (null). */
export interface ConstInst extends InstBase {
  readonly op: "const";
  readonly type: Type;
  readonly value: bigint;
}
/**
 * args [left, right], both of the result's type (i32 or i64). Exception: add and sub on ptr are
 * (ptr, i64) -> ptr.
 */
export interface BinaryInst extends InstBase {
  readonly op: BinaryOp;
  readonly type: Type;
}
/** args [left, right] of one type (i32, i64 or ptr); gives i32 0 or 1. */
export interface CompareInst extends InstBase {
  readonly op: CompareOp;
  readonly type: "i32";
}
/**
 * zext and sext: i32 -> i64. trunc: i64 -> i32. sext8/sext16: sign-extend the low bits within i32 or i64. bswap16
 * (i32, of the low 16 bits; the upper ones become 0), bswap32 (i32) and bswap64 (i64) turn the bytes around. ptr2int
 * and int2ptr are free. address: ptr -> i64 as well, of a pointer that the verifier may know: it would refuse most
 * arithmetic on the number, so code generation makes it forget what the register is, where that matters.
 */
export interface ConvertInst extends InstBase {
  readonly op:
    | "zext"
    | "sext"
    | "trunc"
    | "sext8"
    | "sext16"
    | "bswap16"
    | "bswap32"
    | "bswap64"
    | "ptr2int"
    | "address"
    | "int2ptr";
  readonly type: Type;
  /** Of int2ptr: the context of a program, as a callback finds it among what it was given. */
  readonly context?: true;
}
/**
 * args [value], of the same type: the value itself, of which nobody knows anything any more, neither a pass nor the
 * verifier. Where numbers of no consequence would make it walk the same code again for each, it walks it once.
 */
export interface ForgetInst extends InstBase {
  readonly op: "forget";
  readonly type: "i32" | "i64";
}
/** Stack memory, uninitialised, alive for the whole function; only in the entry block. Alignment is 1, 2, 4 or 8. */
export interface SlotInst extends InstBase {
  readonly op: "slot";
  readonly type: "ptr";
  readonly size: number;
  readonly align: number;
  readonly name: string;
}
/** args [ptr]. Reads memory the verifier lets a program read directly. type i32 (not for u64) or i64. */
export interface LoadInst extends InstBase {
  readonly op: "load";
  readonly type: "i32" | "i64";
  readonly mem: MemType;
  readonly offset: number;
}
/** args [ptr, value]. The value's low bits are stored; value is i32 or i64 (or ptr with u64). */
export interface StoreInst extends InstBase {
  readonly op: "store";
  readonly type: "void";
  readonly mem: "u8" | "u16" | "u32" | "u64";
  readonly offset: number;
}
/** args [ptr]. Sets `size` bytes at ptr + offset to zero. `align` is known alignment of that address. */
export interface ZeroInst extends InstBase {
  readonly op: "zero";
  readonly type: "void";
  readonly offset: number;
  readonly size: number;
  readonly align: number;
}
/** args [dst, src]. Copies `size` bytes between non-overlapping places; `align` holds for both. */
export interface CopyInst extends InstBase {
  readonly op: "copy";
  readonly type: "void";
  readonly dstOffset: number;
  readonly srcOffset: number;
  readonly size: number;
  readonly align: number;
}
/**
 * args [address: ptr]. Reads kernel memory that may fault: the value at address + 0, or 0 when the read fails.
 * Lowered to bpf_probe_read_kernel before selection (pass lower-kread).
 */
export interface KreadInst extends InstBase {
  readonly op: "kread";
  readonly type: "i32" | "i64";
  readonly mem: MemType;
}
/**
 * args [dst: ptr, address: ptr]. Reads `size` bytes of kernel memory to dst + dstOffset; all zeros when the read fails.
 */
export interface KreadIntoInst extends InstBase {
  readonly op: "kreadinto";
  readonly type: "void";
  readonly dstOffset: number;
  readonly size: number;
}
/** The address of a map (a descriptor until it is loaded). */
export interface MapInst extends InstBase {
  readonly op: "map";
  readonly type: "ptr";
  readonly name: string;
}
/** The address of a byte in one of the module's data sections (".rodata", ".data", ".bss"). Never null. */
export interface DataInst extends InstBase {
  readonly op: "data";
  readonly type: "ptr";
  readonly section: string;
  readonly offset: number;
}
export type AtomicOperation = "add" | "and" | "or" | "xor" | "xchg" | "cmpxchg";
/**
 * args [ptr, value], for cmpxchg [ptr, value, expected]. Changes memory in one step and gives what was there before,
 * unless the type is void (not for xchg and cmpxchg, which always give it). The value's type goes with `mem`.
 */
export interface AtomicInst extends InstBase {
  readonly op: "atomic";
  readonly type: "i32" | "i64" | "void";
  readonly operation: AtomicOperation;
  readonly mem: "u32" | "u64";
  readonly offset: number;
}
/** args as the function's parameters, at most 5. Calls a function of the module. */
export interface CallFuncInst extends InstBase {
  readonly op: "callfn";
  readonly type: Type | "void";
  readonly name: string;
}
/** The address of a function of the module, for helpers that call it back. */
export interface FuncInst extends InstBase {
  readonly op: "func";
  readonly type: "ptr";
  readonly name: string;
}
/** args as the helper takes them, at most 5. Memory effects come from the helper table (bpf/helpers.ts). */
export interface CallInst extends InstBase {
  readonly op: "call";
  readonly type: Type | "void";
  readonly helper: number;
}
/**
 * A number that a CO-RE relocation fills in when the program is loaded. `typeKey` names a local type of the module.
 * `value` stands for it until the object is made: local types are complete only then. type i32 or i64.
 */
export interface CoreInst extends InstBase {
  readonly op: "core";
  readonly type: "i32" | "i64";
  readonly reloc: CoreRelocKind;
  readonly typeKey: string;
  readonly access: string;
  readonly value: bigint;
}

export type Inst =
  | ParamInst
  | ConstInst
  | BinaryInst
  | CompareInst
  | ConvertInst
  | ForgetInst
  | SlotInst
  | LoadInst
  | StoreInst
  | ZeroInst
  | CopyInst
  | KreadInst
  | KreadIntoInst
  | MapInst
  | DataInst
  | AtomicInst
  | CallFuncInst
  | FuncInst
  | CallInst
  | CoreInst;

/** An instruction without its identity. */
export type NewInst = Inst extends infer I ? (I extends Inst ? Omit<I, "id" | "span"> : never) : never;

/**
 * `body` itself becomes the instruction: a copy of an object whose shape differs from call to call is the slowest thing
 * that a pass can do.
 */
export function withIdentity(body: NewInst, id: number, span: Span | undefined): Inst {
  const inst = body as NewInst & { id: number; span: Span | undefined };
  inst.id = id;
  inst.span = span;
  return inst as Inst;
}

export const binaryOps: ReadonlySet<string> = new Set<BinaryOp>([
  "add",
  "sub",
  "mul",
  "and",
  "or",
  "xor",
  "shl",
  "lshr",
  "ashr",
  "udiv",
  "umod",
  "sdiv",
  "smod",
]);
export const atomicOperations: readonly AtomicOperation[] = ["add", "and", "or", "xor", "xchg", "cmpxchg"];
export const compareOps: ReadonlySet<string> = new Set<CompareOp>([
  "eq",
  "ne",
  "ult",
  "ule",
  "ugt",
  "uge",
  "slt",
  "sle",
  "sgt",
  "sge",
]);

export function isBinary(inst: Inst): inst is BinaryInst {
  return binaryOps.has(inst.op);
}

export function isCompare(inst: Inst): inst is CompareInst {
  return compareOps.has(inst.op);
}

/** Bytes in memory. */
export function memSize(mem: MemType): 1 | 2 | 4 | 8 {
  switch (mem) {
    case "u8":
    case "i8":
      return 1;
    case "u16":
    case "i16":
      return 2;
    case "u32":
    case "i32":
      return 4;
    case "u64":
      return 8;
  }
}

export function targets(term: Terminator): Target[] {
  switch (term.op) {
    case "jump":
      return [term.target];
    case "br":
      return [term.then, term.else];
    case "ret":
    case "unreachable":
      return [];
  }
}
