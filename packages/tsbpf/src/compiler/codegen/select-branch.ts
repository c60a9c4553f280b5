// Selection of comparisons and control flow: a comparison that a branch tests becomes part of the jump; edges with
// arguments become moves.

import { assert } from "../../util/assert.js";
import type { JumpName } from "../../bpf/builders.js";
import type { CompareInst, CompareOp, Inst, Target, Terminator } from "../ir/ir.js";
import { isCompare } from "../ir/ir.js";
import { swapped } from "../ir/operators.js";
import type { MachineBlock, Operand, Reg } from "./machine.js";
import {
  canonical,
  constantOf,
  emitAlu,
  emitConstant,
  emitMove,
  hasOneUser,
  immOperand,
  isRemade,
  moveInto,
  newBlock,
  newReg,
  ownReg,
  regOf,
  regOperand,
  type Selection,
  terminate,
} from "./selection.js";
import { forEachEdgeArg } from "./values.js";

interface Condition {
  readonly jump: JumpName;
  readonly wide: boolean;
  readonly left: Reg;
  readonly right: Operand;
  /** The jump is taken when the condition does not hold. */
  readonly inverted: boolean;
}

const jumps: Readonly<Record<CompareOp, JumpName>> = {
  eq: "JEQ",
  ne: "JNE",
  ult: "JLT",
  ule: "JLE",
  ugt: "JGT",
  uge: "JGE",
  slt: "JSLT",
  sle: "JSLE",
  sgt: "JSGT",
  sge: "JSGE",
};
/** Jumps that came with v2, and what says the opposite in v1. */
const newerJumps: Readonly<Partial<Record<JumpName, JumpName>>> = {
  JLT: "JGE",
  JLE: "JGT",
  JSLT: "JSGE",
  JSLE: "JSGT",
};

/** A comparison whose result is needed in a register: 1, or 0 if the comparison does not hold. */
export function selectCompare(sel: Selection, inst: CompareInst): void {
  const dst = ownReg(sel, inst);
  if (selectSignTest(sel, inst, dst)) return;
  const condition = compareCondition(sel, inst);
  emitConstant(sel, dst, condition.inverted ? 0n : 1n, true);
  const otherwise = newBlock(sel);
  const join = newBlock(sel);
  branchOn(sel, { ...condition, inverted: false }, join, otherwise);
  sel.block = otherwise;
  emitConstant(sel, dst, condition.inverted ? 1n : 0n, true);
  terminate(sel, { kind: "jump", target: join });
  sel.block = join;
}

/** Whether a number is negative is its highest bit. */
function selectSignTest(sel: Selection, inst: CompareInst, dst: Reg): boolean {
  const [left, right] = inst.args;
  if (inst.op !== "slt" || !left || !right || constantOf(right) !== 0n) return false;
  const wide = left.type !== "i32" || !sel.features.alu32;
  moveInto(sel, dst, left);
  if (left.type === "i32" && wide) emitAlu(sel, "LSH", true, dst, immOperand(32));
  emitAlu(sel, "RSH", wide, dst, immOperand(wide ? 63 : 31));
  return true;
}

function branchOn(sel: Selection, condition: Condition, then: MachineBlock, otherwise: MachineBlock): void {
  const { jump, wide, left, right, inverted } = condition;
  const [taken, other] = inverted ? [otherwise, then] : [then, otherwise];
  terminate(sel, { kind: "branch", jump, wide, left, right, then: taken, else: other });
}

// ---- conditions ---------------------------------------------------------------------------------------------------

function conditionOf(sel: Selection, cond: Inst): Condition {
  if (isCompare(cond)) return compareCondition(sel, cond);
  const test = bitTest(sel, cond, false);
  if (test) return test;
  return { jump: "JNE", wide: !sel.features.alu32, left: regOf(sel, cond), right: immOperand(0), inverted: false };
}

function compareCondition(sel: Selection, inst: CompareInst): Condition {
  let [left, right] = inst.args;
  let op = inst.op;
  assert(left && right, `${op} takes two operands`);
  if (constantOf(left) !== undefined && constantOf(right) === undefined) {
    [left, right] = [right, left];
    op = swapped[op];
  }
  if ((op === "eq" || op === "ne") && constantOf(right) === 0n) {
    const test = bitTest(sel, left, op === "eq");
    if (test) return test;
  }
  const narrow = left.type === "i32" && sel.features.alu32;
  if (left.type === "i32" && !sel.features.alu32 && op.startsWith("s")) return widenedSigned(sel, op, left, right);
  return available(sel, op, !narrow, regOf(sel, left), compareOperand(sel, right, narrow));
}

function compareOperand(sel: Selection, value: Inst, narrow: boolean): Operand {
  const constant = constantOf(value);
  if (constant !== undefined) {
    const signed = BigInt.asIntN(narrow ? 32 : 64, constant);
    if (signed === BigInt.asIntN(32, signed)) return immOperand(Number(signed));
  }
  return regOperand(regOf(sel, value));
}

/** Rewrites the condition for a level that has only the "greater" jumps: operands or outcomes change places. */
function available(sel: Selection, op: CompareOp, wide: boolean, left: Reg, right: Operand): Condition {
  const jump = jumps[op];
  const opposite = newerJumps[jump];
  if (!opposite || sel.features.lessThanJumps) return { jump, wide, left, right, inverted: false };
  if (right.kind === "imm") return { jump: opposite, wide, left, right, inverted: true };
  return { jump: jumps[swapped[op]], wide, left: right.reg, right: regOperand(left), inverted: false };
}

/** 32-bit numbers compare like the 64-bit ones that have them in the upper half. */
function widenedSigned(sel: Selection, op: CompareOp, left: Inst, right: Inst): Condition {
  const constant = constantOf(right);
  const shifted = newReg(sel);
  moveInto(sel, shifted, left);
  emitAlu(sel, "LSH", true, shifted, immOperand(32));
  if (constant === 0n) return available(sel, op, true, shifted, immOperand(0));
  if (constant !== undefined) {
    emitAlu(sel, "ARSH", true, shifted, immOperand(32));
    return available(sel, op, true, shifted, immOperand(Number(BigInt.asIntN(32, constant))));
  }
  const other = newReg(sel);
  moveInto(sel, other, right);
  emitAlu(sel, "LSH", true, other, immOperand(32));
  return available(sel, op, true, shifted, regOperand(other));
}

/** `x & y` that is only tested against zero is one jump. */
function bitTest(sel: Selection, value: Inst, inverted: boolean): Condition | undefined {
  if (value.op !== "and" || !hasOneUser(sel, value)) return undefined;
  let [left, right] = value.args;
  assert(left && right, "and takes two operands");
  if (constantOf(left) !== undefined) [left, right] = [right, left];
  const narrow = value.type === "i32" && sel.features.alu32;
  const constant = constantOf(right);
  if (value.type === "i32" && !narrow && (constant === undefined || constant >= 0x8000_0000n)) return undefined;
  return { jump: "JSET", wide: !narrow, left: regOf(sel, left), right: compareOperand(sel, right, narrow), inverted };
}

// ---- terminators --------------------------------------------------------------------------------------------------

export interface Landing {
  /** The machine block where an IR block begins. */
  blockOf(target: Target["block"]): MachineBlock;
  /** Blocks that the function ends in, shared by all returns of one constant. */
  readonly exits: Map<string, MachineBlock>;
}

export function selectTerminator(sel: Selection, term: Terminator, landing: Landing): void {
  switch (term.op) {
    case "jump":
      emitEdge(sel, term.target);
      terminate(sel, { kind: "jump", target: landing.blockOf(term.target.block) });
      return;
    case "br":
      selectBranch(sel, term.cond, term.then, term.else, landing);
      return;
    case "ret":
      selectReturn(sel, term.value, landing);
      return;
    case "unreachable":
      terminate(sel, { kind: "jump", target: sharedExit(sel, landing, 0n) });
  }
}

function selectBranch(sel: Selection, cond: Inst, then: Target, otherwise: Target, landing: Landing): void {
  const constant = constantOf(cond);
  if (constant !== undefined) {
    const target = constant === 0n ? otherwise : then;
    emitEdge(sel, target);
    terminate(sel, { kind: "jump", target: landing.blockOf(target.block) });
    return;
  }
  const condition = conditionOf(sel, cond);
  const from = sel.block;
  const land = (target: Target): MachineBlock => {
    if (target.args.length === 0) return landing.blockOf(target.block);
    sel.block = newBlock(sel);
    emitEdge(sel, target);
    terminate(sel, { kind: "jump", target: landing.blockOf(target.block) });
    return sel.block;
  };
  const thenBlock = land(then);
  const elseBlock = land(otherwise);
  sel.block = from;
  branchOn(sel, condition, thenBlock, elseBlock);
}

function selectReturn(sel: Selection, value: Inst | undefined, landing: Landing): void {
  if (!value) {
    const exit = sharedExit(sel, landing, sel.func.voidReturn === "zero" ? 0n : undefined);
    terminate(sel, { kind: "jump", target: exit });
    return;
  }
  const constant = constantOf(value);
  if (constant !== undefined) {
    terminate(sel, { kind: "jump", target: sharedExit(sel, landing, constant, value.type === "i32") });
    return;
  }
  moveInto(sel, 0, value);
  terminate(sel, { kind: "exit", readsR0: true });
}

/** Returns of one constant share a block; `undefined` returns anything. */
function sharedExit(sel: Selection, landing: Landing, value: bigint | undefined, narrow = true): MachineBlock {
  const key = value === undefined ? "anything" : `${value} ${narrow}`;
  const known = landing.exits.get(key);
  if (known) return known;
  const from = sel.block;
  const block = newBlock(sel);
  landing.exits.set(key, block);
  sel.block = block;
  if (value !== undefined) emitConstant(sel, 0, value, narrow);
  terminate(sel, { kind: "exit", readsR0: value !== undefined });
  sel.block = from;
  return block;
}

// ---- edges --------------------------------------------------------------------------------------------------------

interface Copy {
  readonly dst: Reg;
  readonly src: Reg;
}

/** The arguments of an edge are assigned to the block's parameters all at once. */
function emitEdge(sel: Selection, target: Target): void {
  const copies: Copy[] = [];
  const made: { readonly dst: Reg; readonly value: Inst }[] = [];
  forEachEdgeArg(target, (arg, param) => {
    const source = canonical(sel, arg);
    const dst = ownReg(sel, param);
    if (isRemade(sel, source)) made.push({ dst, value: arg });
    else if (ownReg(sel, source) !== dst) copies.push({ dst, src: ownReg(sel, source) });
  });
  emitParallelCopies(sel, copies);
  for (const { dst, value } of made) moveInto(sel, dst, value);
}

/** A copy may go once nobody else reads its destination; in a ring of copies one value steps aside first. */
function emitParallelCopies(sel: Selection, copies: readonly Copy[]): void {
  const readers = new Map<Reg, number>();
  for (const { src } of copies) readers.set(src, (readers.get(src) ?? 0) + 1);
  const byDst = new Map<Reg, Copy>(copies.map((copy) => [copy.dst, copy]));
  const movedTo = new Map<Reg, Reg>();
  const done = new Set<Copy>();
  const ready = copies.filter((copy) => !readers.has(copy.dst)).reverse();
  const drain = (): void => {
    for (let copy = ready.pop(); copy; copy = ready.pop()) {
      emitMove(sel, copy.dst, movedTo.get(copy.src) ?? copy.src);
      done.add(copy);
      const left = (readers.get(copy.src) ?? 0) - 1;
      readers.set(copy.src, left);
      const freed = left === 0 ? byDst.get(copy.src) : undefined;
      if (freed && !done.has(freed)) ready.push(freed);
    }
  };
  drain();
  for (const copy of copies) {
    if (done.has(copy)) continue;
    const aside = newReg(sel);
    emitMove(sel, aside, copy.dst);
    movedTo.set(copy.dst, aside);
    ready.push(copy);
    drain();
  }
}
