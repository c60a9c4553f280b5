// A function whose result the kernel ignores must still end with a number in r0: the verifier refuses an r0 that was
// never written (check_reg_arg) and, without CAP_PERFMON, one that holds a pointer ("R0 leaks addr as return value",
// kernel/bpf/verifier.c). Here r0 is set to zero where it might be either, by forward data flow on final registers.

import { assert } from "../../util/assert.js";
import { helperById } from "../../bpf/helpers.js";
import { FP } from "../../bpf/isa.js";
import { type ById, makeById } from "./by-id.js";
import { postorder } from "./liveness.js";
import {
  ALLOCATABLE,
  CALL_CLOBBERS,
  type MachineBlock,
  type MachineFunc,
  type MachineInst,
  type Operand,
  type Reg,
} from "./machine.js";

/** Sets of machine registers as bits. */
interface Knowledge {
  /** Holds a number on every path. */
  numbers: number;
  /** Holds a pointer that the verifier takes for the number 0 once it was compared with 0. */
  nullables: number;
}

const nothing: Readonly<Knowledge> = { numbers: 0, nullables: 0 };

/** `zero` is the instruction that sets r0 to 0. */
export function makeR0Readable(func: MachineFunc, zero: MachineInst): void {
  const exits = func.blocks.filter((block) => block.term.kind === "exit" && !block.term.readsR0);
  if (exits.length === 0) return;
  const incoming = flow(func);
  for (const exit of exits) {
    const known = incoming[exit.id];
    if (!known) continue; // Never reached: layout removes it.
    if (!contains(endOf(exit, known).numbers, 0)) exit.insts.push(zero);
  }
}

/** By block id: what is known at the start of each block that can be reached. */
function flow(func: MachineFunc): Readonly<ById<Readonly<Knowledge>>> {
  const incoming = makeById<Readonly<Knowledge>>(func.nextBlockId);
  const entry = func.blocks[0];
  assert(entry, `function ${func.name} has no blocks`);
  incoming[entry.id] = nothing;
  // 1: more is known at the block's start than what was passed on from it.
  const stale = new Uint8Array(func.nextBlockId);
  stale[entry.id] = 1;
  const order = postorder(func).reverse();
  for (let changed = true; changed;) {
    changed = false;
    const meet = (block: MachineBlock, along: Readonly<Knowledge>): void => {
      const known = incoming[block.id];
      const both = known
        ? { numbers: known.numbers & along.numbers, nullables: known.nullables & along.nullables }
        : along;
      if (known && both.numbers === known.numbers && both.nullables === known.nullables) return;
      incoming[block.id] = both;
      stale[block.id] = 1;
      changed = true;
    };
    for (const block of order) {
      const known = incoming[block.id];
      if (!known || stale[block.id] === 0) continue;
      stale[block.id] = 0;
      propagate(block, endOf(block, known), meet);
    }
  }
  return incoming;
}

function propagate(
  block: MachineBlock,
  known: Readonly<Knowledge>,
  meet: (block: MachineBlock, along: Readonly<Knowledge>) => void,
): void {
  const term = block.term;
  if (term.kind === "jump") meet(term.target, known);
  if (term.kind !== "branch") return;
  const testsZero =
    term.wide && term.right.kind === "imm" && term.right.imm === 0 && contains(known.nullables, term.left);
  const asZero = { numbers: known.numbers | bit(term.left), nullables: known.nullables & ~bit(term.left) };
  meet(term.then, testsZero && term.jump === "JEQ" ? asZero : known);
  meet(term.else, testsZero && term.jump === "JNE" ? asZero : known);
}

function endOf(block: MachineBlock, start: Readonly<Knowledge>): Readonly<Knowledge> {
  const known = { numbers: start.numbers, nullables: start.nullables };
  for (const inst of block.insts) step(known, inst);
  return known;
}

function bit(reg: Reg): number {
  return 1 << reg;
}

function contains(set: number, reg: Reg): boolean {
  return reg < ALLOCATABLE && (set & bit(reg)) !== 0;
}

/** From what is known before `inst` to what is known after it. */
function step(known: Knowledge, inst: MachineInst): void {
  if (inst.kind === "store") return;
  if (inst.kind === "call") return stepCall(known, inst.callee);
  if (inst.kind === "atomic") {
    // What comes out of memory is a number: pointers cannot be changed in one step.
    if (inst.result !== "none") learn(known, inst.result === "r0" ? 0 : inst.src, true, false);
    return;
  }
  const nullable =
    inst.kind === "mov" && inst.wide && inst.src.kind === "reg" && contains(known.nullables, inst.src.reg);
  learn(known, inst.dst, givesNumber(known, inst), nullable);
}

function learn(known: Knowledge, reg: Reg, number: boolean, nullable: boolean): void {
  const rest = ~bit(reg);
  known.numbers = (known.numbers & rest) | (number ? bit(reg) : 0);
  known.nullables = (known.nullables & rest) | (nullable ? bit(reg) : 0);
}

function givesNumber(known: Knowledge, inst: Exclude<MachineInst, { kind: "store" | "call" | "atomic" }>): boolean {
  switch (inst.kind) {
    case "imm64":
    case "neg":
    case "bswap":
    case "movsx":
      return true;
    case "named":
    case "slotaddr":
      return false;
    case "mov":
      return isNumber(known, inst.src);
    case "alu":
      return contains(known.numbers, inst.dst) && isNumber(known, inst.src);
    case "load":
      // Four bytes of a context can be a packet pointer, eight bytes anything.
      return inst.size <= 2 || (inst.size === 4 && inst.address.base === FP);
  }
}

function isNumber(known: Knowledge, operand: Operand): boolean {
  return operand.kind === "imm" || contains(known.numbers, operand.reg);
}

const clobbered = CALL_CLOBBERS.reduce((set, reg) => set | bit(reg), 0);

/** A function of the module may give anything. */
function stepCall(known: Knowledge, callee: number | string): void {
  known.numbers &= ~clobbered;
  known.nullables &= ~clobbered;
  const returns = typeof callee === "number" ? helperById(callee)?.returns : undefined;
  const number = returns?.kind === "scalar" || returns?.kind === "kernel_address";
  learn(known, 0, number, returns !== undefined && "nullable" in returns && returns.nullable);
}
