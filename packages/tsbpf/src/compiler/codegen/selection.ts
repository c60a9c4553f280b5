// The state of instruction selection, and what every part of it needs: emitting, registers of values, constants.

import { assert } from "../../util/assert.js";
import type { Func, Inst, SlotInst, Span } from "../ir/ir.js";
import type { CpuLevel } from "./code.js";
import type { AluName } from "../../bpf/builders.js";
import { type ById, makeById } from "./by-id.js";
import { FIRST_VIRTUAL } from "./machine.js";
import type { CoreUse, MachineBlock, MachineFunc, MachineInst, MachineTerm, Operand, Reg } from "./machine.js";
import { collectUsers, findEscaping, findNumbers, findWideRead, slotRoot, usersOf } from "./values.js";
import type { Users } from "./values.js";

/** What an instruction set level has. */
export interface Features {
  /** JLT, JLE, JSLT and JSLE (v2). */
  readonly lessThanJumps: boolean;
  /** 32-bit arithmetic and comparisons (v3). */
  readonly alu32: boolean;
  /** Sign-extending loads and moves, signed division, gotol (v4). */
  readonly signed: boolean;
}

export interface Selection {
  readonly func: Func;
  readonly out: MachineFunc;
  readonly features: Features;
  readonly users: Users;
  /** 32-bit values whose register has a zero upper half; see values.ts. */
  readonly wideRead: ReadonlySet<Inst>;
  /** Addresses that the verifier must take for plain numbers; see values.ts. */
  readonly numbers: ReadonlySet<Inst>;
  readonly slots: ReadonlyMap<SlotInst, number>;
  /** By a value's id. */
  readonly regs: ById<Reg>;
  /** Holds 0, of which the verifier knows nothing: see select-forget.ts. */
  unknownZero: Reg | undefined;
  block: MachineBlock;
  span: Span | undefined;
}

export function featuresOf(cpu: CpuLevel): Features {
  return { lessThanJumps: cpu !== "v1", alu32: cpu === "v3" || cpu === "v4", signed: cpu === "v4" };
}

export function startSelection(func: Func, cpu: CpuLevel): Selection {
  const features = featuresOf(cpu);
  const users = collectUsers(func);
  const escaping = findEscaping(func, users);
  const slots = new Map<SlotInst, number>();
  const calls = func.blocks.some((block) => block.insts.some((inst) => inst.op === "callfn" || inst.op === "func"));
  const ownsStack = func.section !== undefined && !calls;
  const out: MachineFunc = {
    name: func.name,
    blocks: [],
    nextReg: FIRST_VIRTUAL,
    slots: [],
    ownsStack,
    nextBlockId: 0,
  };
  for (const inst of func.blocks[0]?.insts ?? []) {
    if (inst.op !== "slot") continue;
    slots.set(inst, out.slots.length);
    out.slots.push({ size: inst.size, span: inst.span, escapes: escaping.has(inst), spill: false });
  }
  const wideRead = findWideRead(func, users, features.alu32);
  const numbers = findNumbers(func, users);
  const block = detachedBlock(out);
  return {
    func,
    out,
    features,
    users,
    wideRead,
    numbers,
    slots,
    regs: makeById(func.nextId),
    unknownZero: undefined,
    block,
    span: undefined,
  };
}

// ---- blocks -------------------------------------------------------------------------------------------------------

function detachedBlock(out: MachineFunc): MachineBlock {
  return { id: out.nextBlockId++, insts: [], term: { kind: "exit", readsR0: false, span: undefined } };
}

/** A new block at the end of the function. */
export function newBlock(sel: Selection): MachineBlock {
  const block = detachedBlock(sel.out);
  sel.out.blocks.push(block);
  return block;
}

type WithoutSpan<T> = T extends unknown ? Omit<T, "span"> : never;
export type NewTerm = WithoutSpan<MachineTerm>;

export function terminate(sel: Selection, term: NewTerm): void {
  sel.block.term = withPlace(term, sel.span);
}

// ---- instructions -------------------------------------------------------------------------------------------------

type WithoutCommon<T> = T extends unknown ? Omit<T, "span" | "touches"> : never;
export type NewInst = WithoutCommon<MachineInst>;

const touchesNothing: readonly number[] = [];

/** `inst` itself becomes part of the block. */
export function emit(sel: Selection, inst: NewInst, touches: readonly number[] = touchesNothing): void {
  const made: NewInst & { touches?: readonly number[] } = inst;
  made.touches = touches;
  sel.block.insts.push(withPlace(made, sel.span) as MachineInst);
}

/** Written into the object: to copy all that selection makes would take longer than to make it. */
function withPlace<T extends object>(made: T & { span?: Span | undefined }, span: Span | undefined): T & Placed {
  made.span = span;
  return made as T & Placed;
}

interface Placed {
  readonly span: Span | undefined;
}

export function regOperand(reg: Reg): Operand {
  return { kind: "reg", reg };
}

export function immOperand(imm: number, core?: CoreUse): Operand {
  return { kind: "imm", imm, core };
}

export function emitAlu(sel: Selection, op: AluName, wide: boolean, dst: Reg, src: Operand, signed = false): void {
  emit(sel, { kind: "alu", op, wide, signed, dst, src });
}

export function emitMove(sel: Selection, dst: Reg, src: Reg): void {
  if (dst !== src) emit(sel, { kind: "mov", wide: true, dst, src: regOperand(src) });
}

export function newReg(sel: Selection): Reg {
  return sel.out.nextReg++;
}

/** Clears the upper half of `dst`. */
export function emitClean(sel: Selection, dst: Reg): void {
  if (sel.features.alu32) {
    emit(sel, { kind: "mov", wide: false, dst, src: regOperand(dst) });
  } else {
    emitAlu(sel, "LSH", true, dst, immOperand(32));
    emitAlu(sel, "RSH", true, dst, immOperand(32));
  }
}

/** dst = src with a zero upper half. */
export function emitCleanMove(sel: Selection, dst: Reg, src: Reg): void {
  if (sel.features.alu32) {
    emit(sel, { kind: "mov", wide: false, dst, src: regOperand(src) });
  } else {
    emitMove(sel, dst, src);
    emitClean(sel, dst);
  }
}

/** Sign-extends the low `bits` of `dst`; narrow results have a zero upper half where 32-bit arithmetic exists. */
export function emitSignExtend(sel: Selection, dst: Reg, src: Reg, bits: 8 | 16 | 32, toWide: boolean): void {
  const wide = toWide || !sel.features.alu32;
  if (sel.features.signed) {
    assert(wide || bits < 32, "sign extension of 32 bits to 32 bits");
    emit(sel, { kind: "movsx", wide, bits, dst, src });
    return;
  }
  const distance = immOperand((wide ? 64 : 32) - bits);
  emitMove(sel, dst, src);
  emitAlu(sel, "LSH", wide, dst, distance);
  emitAlu(sel, "ARSH", wide, dst, distance);
}

// ---- values -------------------------------------------------------------------------------------------------------

/** Conversions that change nothing in the register lead to the value they convert. */
export function canonical(sel: Selection, value: Inst): Inst {
  let current = value;
  for (;;) {
    const source = current.args[0];
    if (!source) return current;
    const free =
      current.op === "zext" ||
      current.op === "ptr2int" ||
      current.op === "int2ptr" ||
      (current.op === "address" && !sel.numbers.has(current)) ||
      (current.op === "trunc" && !sel.wideRead.has(current));
    if (!free) return current;
    current = source;
  }
}

/** The value of a constant, seen through conversions: 32 or 64 bits, not negative. */
export function constantOf(value: Inst): bigint | undefined {
  if (value.op === "const") return value.value;
  const source = value.args[0];
  if (!source) return undefined;
  if (value.op === "zext" || value.op === "ptr2int" || value.op === "int2ptr") return constantOf(source);
  if (value.op !== "trunc") return undefined;
  const wide = constantOf(source);
  return wide === undefined ? undefined : BigInt.asUintN(32, wide);
}

/** The slot and offset of an address that is a slot plus constants. */
export function slotAddress(sel: Selection, value: Inst): { slot: number; offset: number } | undefined {
  let offset = 0n;
  let current = value;
  while (current.op === "add" && current.type === "ptr") {
    const [base, distance] = current.args;
    const constant = distance && constantOf(distance);
    if (!base || constant === undefined) return undefined;
    offset += BigInt.asIntN(64, constant);
    current = base;
  }
  if (current.op !== "slot" || offset < -512n || offset > 512n) return undefined;
  return { slot: slotIndex(sel, current), offset: Number(offset) };
}

export function slotIndex(sel: Selection, inst: SlotInst): number {
  const index = sel.slots.get(inst);
  assert(index !== undefined, `slot ${inst.name} does not stand in the entry block`);
  return index;
}

/** The slots that memory accesses through `address` touch. */
export function touchedSlots(sel: Selection, address: Inst): number[] {
  const root = slotRoot(address);
  return root ? [slotIndex(sel, root)] : [];
}

/** True for values that are made again at each use rather than kept in a register. */
export function isRemade(sel: Selection, value: Inst): boolean {
  const op = value.op;
  return (
    op === "const" ||
    op === "map" ||
    op === "data" ||
    op === "func" ||
    op === "core" ||
    constantOf(value) !== undefined ||
    slotAddress(sel, value) !== undefined
  );
}

/** The register of a value that has one: its definition writes it, its users read it. */
export function ownReg(sel: Selection, value: Inst): Reg {
  return (sel.regs[value.id] ??= newReg(sel));
}

/** A register that holds `value`, made on the spot for constants and addresses. It must not be written. */
export function regOf(sel: Selection, value: Inst): Reg {
  const source = canonical(sel, value);
  if (!isRemade(sel, source)) return ownReg(sel, source);
  const reg = newReg(sel);
  moveInto(sel, reg, value);
  return reg;
}

/** dst = value. */
export function moveInto(sel: Selection, dst: Reg, value: Inst): void {
  const constant = constantOf(value);
  if (constant !== undefined) return emitConstant(sel, dst, constant, value.type === "i32");
  const source = canonical(sel, value);
  const address = slotAddress(sel, source);
  if (address) emit(sel, { kind: "slotaddr", dst, slot: address.slot, offset: address.offset });
  else if (source.op === "map") emit(sel, { kind: "named", dst, target: { kind: "map", map: source.name } });
  else if (source.op === "func") emit(sel, { kind: "named", dst, target: { kind: "function", target: source.name } });
  else if (source.op === "data") {
    const { section, offset } = source;
    emit(sel, { kind: "named", dst, target: { kind: "data", section, offset } });
  } else if (source.op === "core") emitCore(sel, dst, source);
  else emitMove(sel, dst, ownReg(sel, source));
}

export function emitConstant(sel: Selection, dst: Reg, value: bigint, narrow: boolean): void {
  const signed = BigInt.asIntN(64, value);
  if (narrow && sel.features.alu32) {
    emit(sel, { kind: "mov", wide: false, dst, src: immOperand(Number(BigInt.asIntN(32, value))) });
  } else if (signed === BigInt.asIntN(32, signed)) {
    emit(sel, { kind: "mov", wide: true, dst, src: immOperand(Number(signed)) });
  } else if (value <= 0xffff_ffffn && sel.features.alu32) {
    emit(sel, { kind: "mov", wide: false, dst, src: immOperand(Number(BigInt.asIntN(32, value))) });
  } else {
    emit(sel, { kind: "imm64", dst, value, core: undefined });
  }
}

function emitCore(sel: Selection, dst: Reg, inst: Extract<Inst, { op: "core" }>): void {
  const narrow = inst.type === "i32";
  const imm = coreImm(inst);
  if (imm) {
    emit(sel, { kind: "mov", wide: !(narrow && sel.features.alu32), dst, src: imm });
    // Of all relocations only an enumerator's value can turn out negative.
    const clean = inst.reloc !== "enumval_value" || !sel.wideRead.has(inst);
    if (narrow && !sel.features.alu32 && !clean) emitClean(sel, dst);
    return;
  }
  emit(sel, { kind: "imm64", dst, value: inst.value, core: coreUse(inst) });
}

export function coreUse(inst: Extract<Inst, { op: "core" }>): CoreUse {
  return { reloc: inst.reloc, typeKey: inst.typeKey, access: inst.access };
}

/** The immediate with its relocation; undefined when the number needs a 64-bit load. */
export function coreImm(inst: Extract<Inst, { op: "core" }>): Operand | undefined {
  // The kernel's value of an enum may need bits that the program's own does not.
  if (inst.reloc === "enumval_value" && inst.type === "i64") return undefined;
  const signed = BigInt.asIntN(inst.type === "i32" ? 32 : 64, inst.value);
  if (signed !== BigInt.asIntN(32, signed)) return undefined;
  return immOperand(Number(signed), coreUse(inst));
}

/** `value` as the immediate of an arithmetic instruction: sign-extended from 32 bits when the operation is wide. */
export function aluImm(sel: Selection, value: Inst): Operand | undefined {
  const constant = constantOf(value);
  if (constant !== undefined) {
    const signed = BigInt.asIntN(value.type === "i32" ? 32 : 64, constant);
    return signed === BigInt.asIntN(32, signed) ? immOperand(Number(signed)) : undefined;
  }
  const source = canonical(sel, value);
  // A narrow number that is widened would be sign-extended as an immediate.
  return source.op === "core" && source.type === value.type ? coreImm(source) : undefined;
}

/** An immediate where it fits, otherwise a register. */
export function operandOf(sel: Selection, value: Inst): Operand {
  return aluImm(sel, value) ?? regOperand(regOf(sel, value));
}

export function hasOneUser(sel: Selection, value: Inst): boolean {
  return usersOf(sel.users, value).length === 1;
}
