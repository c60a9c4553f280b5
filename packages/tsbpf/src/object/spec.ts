// ObjectSpec: a BPF object as plain data. This is the seam between the compiler's half and the loader's half;
// neither knows more of the other. Nothing here depends on a running kernel, and the same file always gives
// the same spec.

import type { Insn } from "../bpf/isa.js";
import type { Btf, BtfTypeId, CoreReloc } from "../btf/types.js";

export interface ObjectSpec {
  /** From section "license"; "" when the object has none. */
  readonly license: string;
  readonly programs: readonly ProgramSpec[];
  /** Functions that programs call (static functions and section .text). */
  readonly subprograms: readonly FunctionSpec[];
  readonly maps: readonly MapSpec[];
  /** .rodata*, .data*, .bss*: each becomes an array map with one value. */
  readonly data: readonly DataSpec[];
  /** The types; undefined when the object has no section .BTF. */
  readonly btf: Btf | undefined;
  /**
   * The bytes of section .BTF, ready for the kernel: sizes of data sections and offsets of variables, which compilers
   * leave to whoever reads the symbols, are filled in. Otherwise as they stand in the file.
   */
  readonly btfBytes: Uint8Array | undefined;
}

/** A function's instructions with all that must be patched before they can run. */
export interface FunctionSpec {
  /** The ELF symbol's name. */
  readonly name: string;
  /** The ELF section it stands in, such as "raw_tracepoint/sched_process_exec". */
  readonly section: string;
  readonly insns: readonly Insn[];
  readonly relocations: readonly Relocation[];
  readonly coreRelocations: readonly CoreReloc[];
  /** BTF id of the "func" type; undefined without func info. */
  readonly funcTypeId: BtfTypeId | undefined;
  readonly lines: readonly LineInfo[];
}

/** A function that is an entry point: its section names the program type. */
export type ProgramSpec = FunctionSpec;

/** What to patch at `insnIndex` (always counted from the function's first instruction). */
export type Relocation =
  /** A 64-bit immediate load of a map's file descriptor. */
  | { readonly kind: "map"; readonly insnIndex: number; readonly map: string }
  /** A 64-bit immediate load of an address inside a data section. */
  | { readonly kind: "data"; readonly insnIndex: number; readonly section: string; readonly offset: number }
  /** A BPF-to-BPF call. */
  | { readonly kind: "call"; readonly insnIndex: number; readonly target: string }
  /** A 64-bit immediate load of a function's address (callbacks). */
  | { readonly kind: "function"; readonly insnIndex: number; readonly target: string };

export interface MapSpec {
  readonly name: string;
  /** enum bpf_map_type. */
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  /** 0 in a perf event array means one entry for each possible CPU. */
  readonly maxEntries: number;
  readonly flags: number;
  readonly keyTypeId: BtfTypeId | undefined;
  readonly valueTypeId: BtfTypeId | undefined;
  /**
   * The type of the records sent through a perf event array or a ring buffer. It is written as a BTF declaration
   * tag on the map's variable, "tsbpf:event=NAME", since such maps have no value type of their own.
   */
  readonly eventTypeId: BtfTypeId | undefined;
}

export interface DataSpec {
  /** ".rodata", ".data.x", … */
  readonly section: string;
  readonly bytes: Uint8Array;
  readonly readOnly: boolean;
  /** BTF id of the "datasec" type. */
  readonly typeId: BtfTypeId | undefined;
}

/** From `insnIndex` on, up to the next record, instructions come from this place. Line and column count from 1. */
export interface LineInfo {
  readonly insnIndex: number;
  readonly file: string;
  /** The source line itself; "" when it is not known. */
  readonly text: string;
  readonly line: number;
  readonly column: number;
}
