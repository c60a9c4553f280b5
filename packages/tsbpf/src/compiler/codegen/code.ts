// What code generation gives: the instructions of one function with all that must still be patched, as plain data,
// or the reason why the function cannot be compiled for this instruction set.

import type { Insn } from "../../bpf/isa.js";
import type { CoreRelocKind } from "../../btf/types.js";
import type { Span } from "../ir/ir.js";
import type { NamedAddress } from "./machine.js";

/** The instruction set levels, as clang's -mcpu names them. */
export type CpuLevel = "v1" | "v2" | "v3" | "v4";

export interface CodegenOptions {
  readonly cpu: CpuLevel;
  /** What the frame may take; all of the stack unless it is given. */
  readonly frameBytes?: number;
}

/** An instruction whose number waits for the loader: an address, or the distance of a call. */
export type CodeRelocation = { readonly insnIndex: number } & (
  | NamedAddress
  | { readonly kind: "call"; readonly target: string }
);

/** An instruction whose immediate or offset the loader recomputes from the running kernel's types. */
export interface CoreRelocation {
  readonly insnIndex: number;
  readonly reloc: CoreRelocKind;
  readonly typeKey: string;
  readonly access: string;
}

/** From `insnIndex` on, up to the next record, instructions come from `span`. */
export interface LineRecord {
  readonly insnIndex: number;
  readonly span: Span;
}

export interface MachineCode {
  readonly kind: "code";
  readonly insns: readonly Insn[];
  readonly relocations: readonly CodeRelocation[];
  readonly core: readonly CoreRelocation[];
  /** Strictly increasing; the first stands at instruction 0. Empty when the function has no spans at all. */
  readonly lines: readonly LineRecord[];
  readonly frameSizeBytes: number;
}

/** What the user's program asks for and the instruction set does not have. */
export type CodegenProblem =
  /** `span`: the largest variable of the frame. */
  | {
      readonly kind: "frame-too-large";
      readonly sizeBytes: number;
      readonly limitBytes: number;
      readonly span: Span | undefined;
    }
  /** A jump over more than 32767 instructions, which only v4 has. */
  | { readonly kind: "jump-too-far"; readonly distance: number; readonly span: Span | undefined };

export type CodegenResult = MachineCode | CodegenProblem;
