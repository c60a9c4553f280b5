// Machine code before it has its final form: blocks of BPF instructions on registers, of which 0 to 10 are the
// machine's own and all others are virtual. Plain data; selection makes it, allocation and emission consume it.

import type { CoreRelocKind } from "../../btf/types.js";
import { unreachable } from "../../util/assert.js";
import type { AluName, JumpName } from "../../bpf/builders.js";
import type { Span } from "../ir/ir.js";

/** 0 to 9: machine registers; 10: the frame pointer; from {@link FIRST_VIRTUAL} on: virtual registers. */
export type Reg = number;
export const ALLOCATABLE = 10;
export const FIRST_VIRTUAL = 11;
/** Registers a call destroys: its arguments r1 to r5 and its result r0. */
export const CALL_CLOBBERS: readonly Reg[] = [0, 1, 2, 3, 4, 5];

/** A relocation of the loader on an instruction's immediate or offset. */
export interface CoreUse {
  readonly reloc: CoreRelocKind;
  readonly typeKey: string;
  readonly access: string;
}

export type Operand =
  | { readonly kind: "reg"; readonly reg: Reg }
  | { readonly kind: "imm"; readonly imm: number; readonly core: CoreUse | undefined };

/** What a 64-bit immediate load can name. */
export type NamedAddress =
  | { readonly kind: "map"; readonly map: string }
  | { readonly kind: "data"; readonly section: string; readonly offset: number }
  | { readonly kind: "function"; readonly target: string };

/**
 * A place in memory: a register, or a stack slot (then `base` is r10 and the slot's own offset is added when it is
 * known), plus an offset in bytes.
 */
export interface Address {
  readonly base: Reg;
  readonly slot: number | undefined;
  readonly offset: number;
  /** The offset is a relocation's (and 0 until the object is made). */
  readonly core?: CoreUse | undefined;
  /** In the program's context: the verifier takes no other pointer in the same instruction. */
  readonly isContext?: boolean | undefined;
}

export type MachineInst =
  /** dst = dst op src. `signed` is for DIV and MOD (ISA v4). */
  (
    | {
        readonly kind: "alu";
        readonly op: AluName;
        readonly wide: boolean;
        readonly signed: boolean;
        readonly dst: Reg;
        readonly src: Operand;
      }
    /** dst = -dst. */
    | { readonly kind: "neg"; readonly wide: boolean; readonly dst: Reg }
    /** dst = src; the narrow form clears the upper half. */
    | { readonly kind: "mov"; readonly wide: boolean; readonly dst: Reg; readonly src: Operand }
    /** dst = the low `bits` of src, sign-extended (ISA v4). */
    | {
        readonly kind: "movsx";
        readonly wide: boolean;
        readonly bits: 8 | 16 | 32;
        readonly dst: Reg;
        readonly src: Reg;
      }
    /** Two slots. */
    | { readonly kind: "imm64"; readonly dst: Reg; readonly value: bigint; readonly core: CoreUse | undefined }
    /** Two slots: an address that the loader fills in. */
    | { readonly kind: "named"; readonly dst: Reg; readonly target: NamedAddress }
    /** dst = the address of a stack slot plus `offset`: a move of r10 and an addition. */
    | { readonly kind: "slotaddr"; readonly dst: Reg; readonly slot: number; readonly offset: number }
    /** `signed` sign-extends to 64 bits (ISA v4). */
    | {
        readonly kind: "load";
        readonly size: MemSize;
        readonly signed: boolean;
        readonly dst: Reg;
        readonly address: Address;
      }
    | { readonly kind: "store"; readonly size: MemSize; readonly address: Address; readonly src: Operand }
    /** A helper by its number, or a function of the module by its name; `map`: what a helper works on. */
    | {
        readonly kind: "call";
        readonly callee: number | string;
        readonly argCount: number;
        readonly map: string | undefined;
      }
    /**
     * Changes memory in one step. `imm` is the operation as the instruction has it (bpf/builders.ts, Atomic). With
     * `fetches` src is replaced by what was there; cmpxchg compares with r0 and leaves it there.
     */
    | {
        readonly kind: "atomic";
        readonly imm: number;
        readonly size: 4 | 8;
        readonly address: Address;
        readonly src: Reg;
        readonly result: "none" | "src" | "r0";
      }
    /**
     * dst = the low `bits` of dst with their bytes turned around; those above become 0. `conditional`: spelled as the
     * conversion to big endian, which only turns around on little-endian machines; the plain form needs ISA v4.
     */
    | { readonly kind: "bswap"; readonly bits: 16 | 32 | 64; readonly conditional: boolean; readonly dst: Reg }
  ) & {
    readonly span: Span | undefined;
    /** Stack slots this instruction reads or writes through registers. */
    readonly touches: readonly number[];
  };

export type MemSize = 1 | 2 | 4 | 8;

export type MachineTerm = (
  | { readonly kind: "jump"; target: MachineBlock }
  | {
      readonly kind: "branch";
      readonly jump: JumpName;
      readonly wide: boolean;
      readonly left: Reg;
      readonly right: Operand;
      then: MachineBlock;
      else: MachineBlock;
    }
  /**
   * `readsR0`: r0 holds the result. Otherwise r0 need only be a number, which returns.ts sees to once registers are
   * known.
   */
  | { readonly kind: "exit"; readonly readsR0: boolean }
) & { readonly span: Span | undefined };

export interface MachineBlock {
  readonly id: number;
  insts: MachineInst[];
  term: MachineTerm;
}

/** A piece of the stack frame. */
export interface FrameSlot {
  readonly size: number;
  readonly span: Span | undefined;
  /** Its address is kept where uses cannot be followed: it must keep its place for the whole function. */
  readonly escapes: boolean;
  /** A spilled register, always written before it is read, and always as a whole. */
  readonly spill: boolean;
}

export interface MachineFunc {
  readonly name: string;
  /** blocks[0] is the entry. */
  blocks: MachineBlock[];
  /** The next free virtual register. */
  nextReg: Reg;
  readonly slots: FrameSlot[];
  /** A program that calls no functions has the whole stack for itself. */
  readonly ownsStack: boolean;
  nextBlockId: number;
}

export function successors(term: MachineTerm): MachineBlock[] {
  if (term.kind === "jump") return [term.target];
  if (term.kind === "branch") return term.then === term.else ? [term.then] : [term.then, term.else];
  return [];
}

/** Calls `visit` with each register that `inst` reads (the frame pointer aside). */
export function forEachUse(inst: MachineInst, visit: (reg: Reg) => void): void {
  switch (inst.kind) {
    case "alu":
      visit(inst.dst);
      if (inst.src.kind === "reg") visit(inst.src.reg);
      return;
    case "neg":
    case "bswap":
      visit(inst.dst);
      return;
    case "atomic":
      if (inst.address.slot === undefined) visit(inst.address.base);
      visit(inst.src);
      if (inst.result === "r0") visit(0);
      return;
    case "mov":
      if (inst.src.kind === "reg") visit(inst.src.reg);
      return;
    case "movsx":
      visit(inst.src);
      return;
    case "load":
      if (inst.address.slot === undefined) visit(inst.address.base);
      return;
    case "store":
      if (inst.address.slot === undefined) visit(inst.address.base);
      if (inst.src.kind === "reg") visit(inst.src.reg);
      return;
    case "call":
      for (let reg = 1; reg <= inst.argCount; reg++) visit(reg);
      return;
    case "imm64":
    case "named":
    case "slotaddr":
      return;
    default:
      unreachable(inst, "machine instruction");
  }
}

export function forEachTermUse(term: MachineTerm, visit: (reg: Reg) => void): void {
  if (term.kind === "exit" && term.readsR0) visit(0);
  if (term.kind !== "branch") return;
  visit(term.left);
  if (term.right.kind === "reg") visit(term.right.reg);
}

/** Calls `visit` with each register that `inst` writes or destroys. */
export function forEachDef(inst: MachineInst, visit: (reg: Reg) => void): void {
  if (inst.kind === "store") return;
  if (inst.kind === "atomic") {
    if (inst.result !== "none") visit(inst.result === "r0" ? 0 : inst.src);
    return;
  }
  if (inst.kind === "call") for (const reg of CALL_CLOBBERS) visit(reg);
  else visit(inst.dst);
}

/** The move of one register to another that coalescing can remove; the narrow move does more than that. */
export function asMove(inst: MachineInst): { readonly dst: Reg; readonly src: Reg } | undefined {
  return inst.kind === "mov" && inst.wide && inst.src.kind === "reg" ? { dst: inst.dst, src: inst.src.reg } : undefined;
}

/**
 * The instruction with `use` applied to registers it reads and `define` to those it writes. Allocation makes every
 * instruction anew with it: an object spelled out is several times quicker than a copy of whatever is there.
 */
export function mapRegisters(inst: MachineInst, use: (reg: Reg) => Reg, define: (reg: Reg) => Reg): MachineInst {
  const { kind, span, touches } = inst;
  switch (kind) {
    case "alu": {
      const { op, wide, signed } = inst;
      return { kind, op, wide, signed, dst: define(inst.dst), src: mapOperand(inst.src, use), span, touches };
    }
    case "mov":
      return { kind, wide: inst.wide, dst: define(inst.dst), src: mapOperand(inst.src, use), span, touches };
    case "movsx": {
      const { wide, bits } = inst;
      return { kind, wide, bits, dst: define(inst.dst), src: use(inst.src), span, touches };
    }
    case "load": {
      const { size, signed } = inst;
      return { kind, size, signed, dst: define(inst.dst), address: mapAddress(inst.address, use), span, touches };
    }
    case "store": {
      const { size, address, src } = inst;
      return { kind, size, address: mapAddress(address, use), src: mapOperand(src, use), span, touches };
    }
    case "atomic": {
      const { imm, size, result } = inst;
      // A register that is read and written is one register, like dst of arithmetic.
      const src = result === "src" ? define(inst.src) : use(inst.src);
      return { kind, imm, size, address: mapAddress(inst.address, use), src, result, span, touches };
    }
    case "neg":
      return { kind, wide: inst.wide, dst: define(inst.dst), span, touches };
    case "bswap": {
      const { bits, conditional } = inst;
      return { kind, bits, conditional, dst: define(inst.dst), span, touches };
    }
    case "imm64":
      return { kind, dst: define(inst.dst), value: inst.value, core: inst.core, span, touches };
    case "named":
      return { kind, dst: define(inst.dst), target: inst.target, span, touches };
    case "slotaddr":
      return { kind, dst: define(inst.dst), slot: inst.slot, offset: inst.offset, span, touches };
    case "call":
      return inst;
    default:
      return unreachable(inst, "machine instruction");
  }
}

export function mapTermRegisters(term: MachineTerm, use: (reg: Reg) => Reg): MachineTerm {
  if (term.kind !== "branch") return term;
  const { kind, jump, wide, span } = term;
  const [left, right] = [use(term.left), mapOperand(term.right, use)];
  return { kind, jump, wide, left, right, then: term.then, else: term.else, span };
}

function mapOperand(operand: Operand, use: (reg: Reg) => Reg): Operand {
  return operand.kind === "reg" ? { kind: "reg", reg: use(operand.reg) } : operand;
}

function mapAddress(address: Address, use: (reg: Reg) => Reg): Address {
  const { base, slot, offset, core, isContext } = address;
  return slot === undefined ? { base: use(base), slot, offset, core, isContext } : address;
}
