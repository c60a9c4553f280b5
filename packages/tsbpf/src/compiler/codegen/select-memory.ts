// Selection of loads, stores and calls: addresses fold into offsets, constants into stores, and arguments are moved
// to r1 … r5.

import { assert } from "../../util/assert.js";
import type { AtomicInst, CallFuncInst, CallInst, Inst, LoadInst, StoreInst } from "../ir/ir.js";
import { isInContext, memSize } from "../ir/ir.js";
import { Atomic } from "../../bpf/builders.js";
import { FP } from "../../bpf/isa.js";
import type { Address, CoreUse, Operand } from "./machine.js";
import {
  canonical,
  constantOf,
  coreUse,
  emit,
  emitAlu,
  emitClean,
  emitCleanMove,
  emitMove,
  emitSignExtend,
  immOperand,
  isRemade,
  moveInto,
  newReg,
  ownReg,
  regOf,
  regOperand,
  type Selection,
  slotAddress,
  touchedSlots,
} from "./selection.js";
import { usersOf, type User } from "./values.js";

export function selectLoad(sel: Selection, inst: LoadInst): void {
  const [ptr] = inst.args;
  assert(ptr, "load takes a pointer");
  const dst = ownReg(sel, inst);
  const size = memSize(inst.mem);
  const address = addressOf(sel, ptr, inst.offset);
  const touches = touchedSlots(sel, ptr);
  const signExtends = inst.mem.startsWith("i") && !(inst.mem === "i32" && inst.type === "i32");
  if (!signExtends) {
    emit(sel, { kind: "load", size, signed: false, dst, address }, touches);
    return;
  }
  if (sel.features.signed && inst.type === "i64") {
    emit(sel, { kind: "load", size, signed: true, dst, address }, touches);
    return;
  }
  const raw = newReg(sel);
  emit(sel, { kind: "load", size, signed: false, dst: raw, address }, touches);
  emitSignExtend(sel, dst, raw, size === 1 ? 8 : size === 2 ? 16 : 32, inst.type === "i64");
  if (inst.type === "i32" && !sel.features.alu32 && sel.wideRead.has(inst)) emitClean(sel, dst);
}

export function selectStore(sel: Selection, inst: StoreInst): void {
  const [ptr, value] = inst.args;
  assert(ptr && value, "store takes a pointer and a value");
  const size = memSize(inst.mem);
  // The verifier refuses stores of immediates to a program's context before Linux 6.4 (check_mem_access).
  const imm = isInContext(ptr) && !sel.features.signed ? undefined : storeImm(value, size);
  const src: Operand = imm === undefined ? regOperand(regOf(sel, value)) : immOperand(imm);
  const address = addressOf(sel, ptr, inst.offset);
  emit(sel, { kind: "store", size, address, src }, touchedSlots(sel, ptr));
}

/** The numbers of the operations; all but a plain change leave what was there before. */
export function selectAtomic(sel: Selection, inst: AtomicInst): void {
  const [ptr, value, expected] = inst.args;
  assert(ptr && value, "an atomic takes a pointer and a value");
  const size = memSize(inst.mem) === 8 ? 8 : 4;
  const isUsed = inst.type !== "void" && usersOf(sel.users, inst).length > 0;
  const isExchange = inst.operation === "xchg" || inst.operation === "cmpxchg";
  const result = inst.operation === "cmpxchg" ? "r0" : isUsed || isExchange ? "src" : "none";
  // The register with the value is overwritten where the old value comes back in it.
  const src = result === "src" ? newReg(sel) : regOf(sel, value);
  if (result === "src") moveInto(sel, src, value);
  const address = addressOf(sel, ptr, inst.offset);
  if (expected) moveInto(sel, 0, expected);
  const imm = atomicNumbers[inst.operation] | (result === "src" ? Atomic.FETCH : 0);
  emit(sel, { kind: "atomic", imm, size, address, src, result }, touchedSlots(sel, ptr));
  if (isUsed) emitMove(sel, ownReg(sel, inst), result === "r0" ? 0 : src);
}

const atomicNumbers = {
  add: Atomic.ADD,
  and: Atomic.AND,
  or: Atomic.OR,
  xor: Atomic.XOR,
  xchg: Atomic.XCHG,
  cmpxchg: Atomic.CMPXCHG,
} as const;

/** The low bytes of a constant; eight bytes are sign-extended from an immediate of four. */
function storeImm(value: Inst, size: number): number | undefined {
  const constant = constantOf(value);
  if (constant === undefined) return undefined;
  const signed = BigInt.asIntN(size === 8 ? 64 : size * 8, constant);
  return signed === BigInt.asIntN(32, signed) ? Number(signed) : undefined;
}

// ---- addresses ----------------------------------------------------------------------------------------------------

function addressOf(sel: Selection, ptr: Inst, offset: number): Address {
  const address = placeOf(sel, ptr, offset);
  return isInContext(ptr) ? { ...address, isContext: true } : address;
}

function placeOf(sel: Selection, ptr: Inst, offset: number): Address {
  const place = slotAddress(sel, ptr);
  if (place) return { base: FP, slot: place.slot, offset: place.offset + offset };
  const source = canonical(sel, ptr);
  const member = memberAddress(sel, source);
  if (member && offset === 0) return { base: regOf(sel, member.base), slot: undefined, offset: 0, core: member.core };
  if (onlyAddresses(sel, source)) {
    const [base, distance] = source.args;
    const total = Number(BigInt.asIntN(64, (distance && constantOf(distance)) ?? 0n)) + offset;
    if (base && fitsOffset(total)) return { base: regOf(sel, base), slot: undefined, offset: total };
  }
  if (fitsOffset(offset)) return { base: regOf(sel, ptr), slot: undefined, offset };
  const base = newReg(sel);
  moveInto(sel, base, ptr);
  emitAlu(sel, "ADD", true, base, immOperand(offset));
  return { base, slot: undefined, offset: 0 };
}

/** Pointer plus relocated member offset, of which nothing but loads of that member make use: they carry it. */
export function memberAddress(sel: Selection, ptr: Inst): { readonly base: Inst; readonly core: CoreUse } | undefined {
  if (ptr.op !== "add" || ptr.type !== "ptr") return undefined;
  const [base, distance] = ptr.args;
  if (!base || distance?.op !== "core" || distance.reloc !== "field_byte_offset") return undefined;
  const isLoad = (user: User): boolean =>
    user.kind === "inst" && user.inst.op === "load" && user.inst.offset === 0 && user.inst.args[0] === ptr;
  return usersOf(sel.users, ptr).every(isLoad) ? { base, core: coreUse(distance) } : undefined;
}

/** Pointer plus constant, of which nothing but loads and stores make use: it needs no register. */
function onlyAddresses(sel: Selection, ptr: Inst): boolean {
  if (ptr.op !== "add" || ptr.type !== "ptr" || !ptr.args[1] || constantOf(ptr.args[1]) === undefined) return false;
  return usersOf(sel.users, ptr).every(
    (user) => user.kind === "inst" && user.index === 0 && (user.inst.op === "load" || user.inst.op === "store"),
  );
}

function fitsOffset(offset: number): boolean {
  return offset >= -0x8000 && offset <= 0x7fff;
}

// ---- calls --------------------------------------------------------------------------------------------------------

export function selectCall(sel: Selection, inst: CallInst | CallFuncInst): void {
  assert(inst.args.length <= 5, `a call with ${inst.args.length} arguments`);
  // Registers first: what is made on the spot must not take a register that another argument still arrives in.
  const args = inst.args.map((value, index) => ({ value, reg: index + 1 }));
  const remade = (value: Inst): boolean => isRemade(sel, canonical(sel, value));
  for (const { value, reg } of args) if (!remade(value)) moveInto(sel, reg, value);
  for (const { value, reg } of args) if (remade(value)) moveInto(sel, reg, value);
  const touches = inst.args.flatMap((value) => touchedSlots(sel, value));
  const map = inst.args.find((arg) => arg.op === "map")?.name;
  const callee = inst.op === "call" ? inst.helper : inst.name;
  emit(sel, { kind: "call", callee, argCount: inst.args.length, map }, touches);
  if (inst.type === "void" || usersOf(sel.users, inst).length === 0) return;
  const dst = ownReg(sel, inst);
  // A function of the module returns a clean result; of a helper's 32 bits the upper half may be anything.
  if (inst.op === "call" && sel.wideRead.has(inst)) emitCleanMove(sel, dst, 0);
  else emitMove(sel, dst, 0);
}
