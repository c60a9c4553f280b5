// Selection of arithmetic: three-address operations become a move and a two-address instruction, and what a level of
// the instruction set lacks (32-bit arithmetic, signed division, sign extension) is made from what it has.

import { assert } from "../../util/assert.js";
import type { AluName } from "../../bpf/builders.js";
import type { BinaryInst, ConvertInst, Inst } from "../ir/ir.js";
import { isBinary } from "../ir/ir.js";
import { isCommutative } from "../ir/operators.js";
import type { Operand, Reg } from "./machine.js";
import {
  aluImm,
  constantOf,
  emit,
  emitAlu,
  emitClean,
  emitCleanMove,
  emitConstant,
  emitMove,
  emitSignExtend,
  hasOneUser,
  immOperand,
  isRemade,
  moveInto,
  newReg,
  operandOf,
  ownReg,
  regOf,
  regOperand,
  type Selection,
} from "./selection.js";
import { usersOf, type User } from "./values.js";

const simpleOps: Readonly<Partial<Record<BinaryInst["op"], AluName>>> = {
  add: "ADD",
  sub: "SUB",
  mul: "MUL",
  and: "AND",
  or: "OR",
  xor: "XOR",
};

export function selectBinary(sel: Selection, inst: BinaryInst): void {
  const dst = ownReg(sel, inst);
  switch (inst.op) {
    case "shl":
    case "lshr":
    case "ashr":
      selectShift(sel, inst, dst);
      break;
    case "udiv":
    case "umod":
      selectUnsignedDivision(sel, inst, dst);
      break;
    case "sdiv":
    case "smod":
      selectSignedDivision(sel, inst, dst);
      break;
    default:
      selectSimple(sel, inst, dst);
  }
  if (mustBeCleaned(sel, inst)) emitClean(sel, dst);
}

/**
 * Without 32-bit arithmetic, operations on whole registers leave rubbish in the upper half of a 32-bit result. Where
 * it is zero, the verifier does not know that after some operations; a move of the lower half tells it.
 */
function mustBeCleaned(sel: Selection, inst: BinaryInst): boolean {
  if (inst.type !== "i32" || !sel.wideRead.has(inst)) return false;
  const users = usersOf(sel.users, inst);
  if (sel.features.alu32) return isOpaqueToVerifier(inst) && users.some(isExtension);
  if (inst.op === "udiv" || inst.op === "umod" || inst.op === "lshr") {
    // What is shifted down is shifted as a whole, from bits that the verifier takes for anything.
    const isShifted = (user: User): boolean => user.kind === "inst" && user.inst.op === "lshr";
    return isOpaqueToVerifier(inst) && users.some((user) => isExtension(user) || isShifted(user));
  }
  return !(inst.op === "and" && inst.args.some((arg) => (constantOf(arg) ?? 0xffff_ffffn) < 0x8000_0000n));
}

/** Where the verifier gives up all it knows (is_safe_to_compute_dst_reg_range and BPF_NEG, kernel/bpf/verifier.c). */
function isOpaqueToVerifier(inst: BinaryInst): boolean {
  const [left, right] = operands(inst);
  if (inst.op === "sub") return constantOf(left) === 0n;
  const isShift = inst.op === "shl" || inst.op === "lshr" || inst.op === "ashr";
  return isShift ? constantOf(right) === undefined : /div|mod/.test(inst.op);
}

function isExtension(user: User): boolean {
  return user.kind === "edge" || (user.kind === "inst" && user.inst.op === "zext");
}

function isWide(sel: Selection, inst: Inst): boolean {
  return inst.type !== "i32" || !sel.features.alu32;
}

function operands(inst: Inst): [Inst, Inst] {
  const [left, right] = inst.args;
  assert(left && right, `${inst.op} takes two operands`);
  return [left, right];
}

function selectSimple(sel: Selection, inst: BinaryInst, dst: Reg): void {
  const wide = isWide(sel, inst);
  const [left, right] = orderOperands(sel, inst);
  const constant = constantOf(right);
  if (inst.op === "and" && inst.type === "i64" && constant === 0xffff_ffffn && sel.features.alu32) {
    emitCleanMove(sel, dst, regOf(sel, left));
    return;
  }
  if (inst.op === "sub" && constantOf(left) === 0n) {
    moveInto(sel, dst, right);
    emit(sel, { kind: "neg", wide, dst });
    return;
  }
  const op = simpleOps[inst.op];
  assert(op, `${inst.op} is not a simple operation`);
  const negated = inst.op === "sub" && constant !== undefined ? negatedImm(constant, inst.type === "i32") : undefined;
  const source = negated ?? operandOf(sel, right);
  moveInto(sel, dst, left);
  emitAlu(sel, negated ? "ADD" : op, wide, dst, source);
}

/** Subtraction of a constant is the addition of its opposite, which the verifier's logs show more readably. */
function negatedImm(constant: bigint, narrow: boolean): Operand | undefined {
  const negated = BigInt.asIntN(narrow ? 32 : 64, -constant);
  return negated === BigInt.asIntN(32, negated) ? immOperand(Number(negated)) : undefined;
}

/** Immediates go right; of two registers, one that nobody else reads goes left, where the result can take its place. */
function orderOperands(sel: Selection, inst: BinaryInst): [Inst, Inst] {
  const [left, right] = operands(inst);
  if (!isCommutative(inst.op) || inst.type === "ptr") return [left, right];
  if (aluImm(sel, right)) return [left, right];
  if (aluImm(sel, left) || isRemade(sel, left)) return [right, left];
  if (feeds(sel, inst, left)) return [left, right];
  if (feeds(sel, inst, right)) return [right, left];
  if (continuesLast(sel, inst, left)) return [left, right];
  if (continuesLast(sel, inst, right)) return [right, left];
  const swap = !isRemade(sel, right) && hasOneUser(sel, right) && !hasOneUser(sel, left);
  return swap ? [right, left] : [left, right];
}

/** The result is the parameter's next value: a sum that a loop adds to stays in its register. */
function feeds(sel: Selection, inst: BinaryInst, operand: Inst): boolean {
  return (
    operand.op === "param" && usersOf(sel.users, inst).some((user) => user.kind === "edge" && user.param === operand)
  );
}

/**
 * The result is a parameter's next value, and `operand` was made from the parameter, step by step in one register,
 * beginning where the parameter is read last: its register can hold all of them, and nothing moves in the loop.
 */
function continuesLast(sel: Selection, inst: BinaryInst, operand: Inst): boolean {
  let reader: Inst = inst;
  let value = operand;
  while (isBinary(value) && hasOneUser(sel, value) && value.args[0]) {
    reader = value;
    value = value.args[0];
  }
  const last = usersOf(sel.users, value).at(-1);
  return reader !== inst && feeds(sel, inst, value) && last?.kind === "inst" && last.inst === reader;
}

// ---- shifts -------------------------------------------------------------------------------------------------------

const shiftOps = { shl: "LSH", lshr: "RSH", ashr: "ARSH" } as const;

function selectShift(sel: Selection, inst: BinaryInst, dst: Reg): void {
  assert(inst.op === "shl" || inst.op === "lshr" || inst.op === "ashr", `${inst.op} is not a shift`);
  const [left, right] = operands(inst);
  const op = shiftOps[inst.op];
  const constant = constantOf(right);
  const mask = inst.type === "i32" ? 31n : 63n;
  if (inst.type === "i32" && !sel.features.alu32) {
    selectWidenedShift(sel, op, dst, left, constant === undefined ? right : Number(constant & mask));
    return;
  }
  // The instruction takes its count modulo the width by itself, but the verifier refuses too large an immediate.
  const count = constant === undefined ? operandOf(sel, right) : immOperand(Number(constant & mask));
  moveInto(sel, dst, left);
  emitAlu(sel, op, isWide(sel, inst), dst, count);
}

/** A 32-bit shift made of 64-bit ones, which would take the count modulo 64. */
function selectWidenedShift(sel: Selection, op: AluName, dst: Reg, left: Inst, count: Inst | number): void {
  let operand: Operand;
  if (typeof count === "number") {
    operand = immOperand(op === "ARSH" ? count + 32 : count);
  } else {
    const masked = newReg(sel);
    moveInto(sel, masked, count);
    emitAlu(sel, "AND", true, masked, immOperand(31));
    operand = regOperand(masked);
  }
  moveInto(sel, dst, left);
  if (op === "ARSH") {
    emitAlu(sel, "LSH", true, dst, immOperand(32));
    if (operand.kind === "reg") emitAlu(sel, "ARSH", true, dst, immOperand(32));
  }
  emitAlu(sel, op, true, dst, operand);
}

// ---- division -----------------------------------------------------------------------------------------------------

function selectUnsignedDivision(sel: Selection, inst: BinaryInst, dst: Reg): void {
  const [left, right] = operands(inst);
  const divide = inst.op === "udiv";
  if (selectedByZero(sel, inst, dst)) return;
  const constant = constantOf(right);
  // An immediate divisor is sign-extended: only those below 2^31 mean what they say.
  const fits = constant !== undefined && constant < 0x8000_0000n;
  const source = fits ? immOperand(Number(constant)) : regOperand(regOf(sel, right));
  moveInto(sel, dst, left);
  emitAlu(sel, divide ? "DIV" : "MOD", isWide(sel, inst), dst, source);
}

/** The verifier refuses division by an immediate zero, which BPF defines: x / 0 is 0, x % 0 is x. */
function selectedByZero(sel: Selection, inst: BinaryInst, dst: Reg): boolean {
  const [left, right] = operands(inst);
  if (constantOf(right) !== 0n) return false;
  if (inst.op === "udiv" || inst.op === "sdiv") emitConstant(sel, dst, 0n, inst.type === "i32");
  else moveInto(sel, dst, left);
  return true;
}

function selectSignedDivision(sel: Selection, inst: BinaryInst, dst: Reg): void {
  const [left, right] = operands(inst);
  const divide = inst.op === "sdiv";
  if (selectedByZero(sel, inst, dst)) return;
  if (sel.features.signed) {
    const source = constantOf(right) === undefined ? regOperand(regOf(sel, right)) : operandOf(sel, right);
    moveInto(sel, dst, left);
    emitAlu(sel, divide ? "DIV" : "MOD", isWide(sel, inst), dst, source, true);
    return;
  }
  // Without 32-bit arithmetic the operands are widened first; the low half of the result is right all the same.
  const widen = inst.type === "i32" && !sel.features.alu32;
  const wide = isWide(sel, inst);
  const dividend = newReg(sel);
  if (widen) emitSignExtend(sel, dividend, regOf(sel, left), 32, true);
  else moveInto(sel, dividend, left);
  const sign = signOf(sel, dividend, wide);
  makeAbsolute(sel, dividend, sign, wide);
  const constant = constantOf(right);
  const divisor = constant === undefined ? undefined : BigInt.asIntN(inst.type === "i32" ? 32 : 64, constant);
  if (divisor !== undefined) {
    divideByConstant(sel, divide, wide, dividend, sign, divisor);
  } else {
    divideByVariable(sel, divide, wide, dividend, sign, widen, right);
  }
  makeAbsolute(sel, dividend, sign, wide);
  emitMove(sel, dst, dividend);
}

/** -1 or 0 in a register of its own. */
function signOf(sel: Selection, value: Reg, wide: boolean): Reg {
  const sign = newReg(sel);
  emitMove(sel, sign, value);
  emitAlu(sel, "ARSH", wide, sign, immOperand(wide ? 63 : 31));
  return sign;
}

/** Negates `value` in place where `sign` is -1: (value ^ sign) - sign. */
function makeAbsolute(sel: Selection, value: Reg, sign: Reg, wide: boolean): void {
  emitAlu(sel, "XOR", wide, value, regOperand(sign));
  emitAlu(sel, "SUB", wide, value, regOperand(sign));
}

function divideByConstant(
  sel: Selection,
  divide: boolean,
  wide: boolean,
  dividend: Reg,
  sign: Reg,
  divisor: bigint,
): void {
  const magnitude = divisor < 0n ? -divisor : divisor;
  let source = immOperand(Number(magnitude));
  if (magnitude >= 0x8000_0000n) {
    const reg = newReg(sel);
    emitConstant(sel, reg, magnitude, !wide);
    source = regOperand(reg);
  }
  emitAlu(sel, divide ? "DIV" : "MOD", wide, dividend, source);
  if (divide && divisor < 0n) emitAlu(sel, "XOR", wide, sign, immOperand(-1));
}

function divideByVariable(
  sel: Selection,
  divide: boolean,
  wide: boolean,
  dividend: Reg,
  sign: Reg,
  widen: boolean,
  right: Inst,
): void {
  const divisor = newReg(sel);
  if (widen) emitSignExtend(sel, divisor, regOf(sel, right), 32, true);
  else moveInto(sel, divisor, right);
  const divisorSign = signOf(sel, divisor, wide);
  makeAbsolute(sel, divisor, divisorSign, wide);
  emitAlu(sel, divide ? "DIV" : "MOD", wide, dividend, regOperand(divisor));
  if (divide) emitAlu(sel, "XOR", wide, sign, regOperand(divisorSign));
}

// ---- conversions --------------------------------------------------------------------------------------------------

/** Negated twice, a pointer is a number of which the verifier knows nothing (BPF_NEG, kernel/bpf/verifier.c). */
function selectNumber(sel: Selection, dst: Reg, pointer: Inst): void {
  moveInto(sel, dst, pointer);
  emit(sel, { kind: "neg", wide: true, dst });
  emit(sel, { kind: "neg", wide: true, dst });
}

export function selectConvert(sel: Selection, inst: ConvertInst): void {
  const [source] = inst.args;
  assert(source, `${inst.op} takes an operand`);
  switch (inst.op) {
    case "zext":
    case "ptr2int":
    case "int2ptr":
      return; // The users read the operand's register: selection.ts, canonical.
    case "address":
      if (!sel.numbers.has(inst)) return;
      selectNumber(sel, ownReg(sel, inst), source);
      return;
    case "trunc":
      if (sel.wideRead.has(inst)) emitCleanMove(sel, ownReg(sel, inst), regOf(sel, source));
      return;
    case "bswap16":
    case "bswap32":
    case "bswap64": {
      const dst = ownReg(sel, inst);
      moveInto(sel, dst, source);
      const bits = inst.op === "bswap16" ? 16 : inst.op === "bswap32" ? 32 : 64;
      emit(sel, { kind: "bswap", bits, conditional: !sel.features.signed, dst });
      return;
    }
    case "sext":
      emitSignExtend(sel, ownReg(sel, inst), regOf(sel, source), 32, true);
      return;
    case "sext8":
    case "sext16": {
      const dst = ownReg(sel, inst);
      emitSignExtend(sel, dst, regOf(sel, source), inst.op === "sext8" ? 8 : 16, inst.type === "i64");
      if (inst.type === "i32" && !sel.features.alu32 && sel.wideRead.has(inst)) emitClean(sel, dst);
    }
  }
}
