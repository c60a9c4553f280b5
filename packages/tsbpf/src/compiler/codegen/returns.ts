// A function whose result the kernel ignores must still end with a number in r0: the verifier refuses an r0 that was
// never written (check_reg_arg) and, without CAP_PERFMON, one that holds a pointer ("R0 leaks addr as return value",
// kernel/bpf/verifier.c). Here r0 is set to zero where it might be either, by forward data flow on final registers.

import { assert } from "../../util/assert.js";
import { helperById } from "../../bpf/helpers.js";
import { FP } from "../../bpf/isa.js";
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
  readonly numbers: number;
  /** Holds a pointer that the verifier takes for the number 0 once it was compared with 0. */
  readonly nullables: number;
}

const nothing: Knowledge = { numbers: 0, nullables: 0 };

/** `zero` is the instruction that sets r0 to 0. */
export function makeR0Readable(func: MachineFunc, zero: MachineInst): void {
  const exits = func.blocks.filter((block) => block.term.kind === "exit" && !block.term.readsR0);
  if (exits.length === 0) return;
  const incoming = flow(func);
  for (const exit of exits) {
    const known = incoming.get(exit);
    if (!known) continue; // Never reached: layout removes it.
    if (!contains(endOf(exit, known).numbers, 0)) exit.insts.push(zero);
  }
}

/** What is known at the start of each block that can be reached. */
function flow(func: MachineFunc): ReadonlyMap<MachineBlock, Knowledge> {
  const incoming = new Map<MachineBlock, Knowledge>();
  const entry = func.blocks[0];
  assert(entry, `function ${func.name} has no blocks`);
  incoming.set(entry, nothing);
  const order = postorder(func).reverse();
  for (let changed = true; changed;) {
    changed = false;
    const meet = (block: MachineBlock, along: Knowledge): void => {
      const known = incoming.get(block);
      const both = known
        ? { numbers: known.numbers & along.numbers, nullables: known.nullables & along.nullables }
        : along;
      if (known && both.numbers === known.numbers && both.nullables === known.nullables) return;
      incoming.set(block, both);
      changed = true;
    };
    for (const block of order) {
      const known = incoming.get(block);
      if (known) propagate(block, endOf(block, known), meet);
    }
  }
  return incoming;
}

function propagate(block: MachineBlock, known: Knowledge, meet: (block: MachineBlock, along: Knowledge) => void): void {
  const term = block.term;
  if (term.kind === "jump") meet(term.target, known);
  if (term.kind !== "branch") return;
  const testsZero =
    term.wide && term.right.kind === "imm" && term.right.imm === 0 && contains(known.nullables, term.left);
  const asZero = { numbers: known.numbers | bit(term.left), nullables: known.nullables & ~bit(term.left) };
  meet(term.then, testsZero && term.jump === "JEQ" ? asZero : known);
  meet(term.else, testsZero && term.jump === "JNE" ? asZero : known);
}

function endOf(block: MachineBlock, known: Knowledge): Knowledge {
  return block.insts.reduce(after, known);
}

function bit(reg: Reg): number {
  return 1 << reg;
}

function contains(set: number, reg: Reg): boolean {
  return reg < ALLOCATABLE && (set & bit(reg)) !== 0;
}

function after(known: Knowledge, inst: MachineInst): Knowledge {
  if (inst.kind === "store") return known;
  if (inst.kind === "call") return afterCall(known, inst.callee);
  if (inst.kind === "atomic") return afterAtomic(known, inst.result === "r0" ? 0 : inst.src, inst.result !== "none");
  const number = givesNumber(known, inst);
  const nullable =
    inst.kind === "mov" && inst.wide && inst.src.kind === "reg" && contains(known.nullables, inst.src.reg);
  const rest = ~bit(inst.dst);
  return {
    numbers: (known.numbers & rest) | (number ? bit(inst.dst) : 0),
    nullables: (known.nullables & rest) | (nullable ? bit(inst.dst) : 0),
  };
}

function givesNumber(known: Knowledge, inst: Exclude<MachineInst, { kind: "store" | "call" | "atomic" }>): boolean {
  const isNumber = (operand: Operand): boolean => operand.kind === "imm" || contains(known.numbers, operand.reg);
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
      return isNumber(inst.src);
    case "alu":
      return contains(known.numbers, inst.dst) && isNumber(inst.src);
    case "load":
      // Four bytes of a context can be a packet pointer, eight bytes anything.
      return inst.size <= 2 || (inst.size === 4 && inst.address.base === FP);
  }
}

/** What comes out of memory is a number: pointers cannot be changed in one step. */
function afterAtomic(known: Knowledge, reg: Reg, fetches: boolean): Knowledge {
  if (!fetches) return known;
  return { numbers: known.numbers | bit(reg), nullables: known.nullables & ~bit(reg) };
}

/** A function of the module may give anything. */
function afterCall(known: Knowledge, callee: number | string): Knowledge {
  const clobbered = CALL_CLOBBERS.reduce((set, reg) => set | bit(reg), 0);
  const returns = typeof callee === "number" ? helperById(callee)?.returns : undefined;
  const number = returns?.kind === "scalar" || returns?.kind === "kernel_address";
  const nullable = returns !== undefined && "nullable" in returns && returns.nullable;
  return {
    numbers: (known.numbers & ~clobbered) | (number ? bit(0) : 0),
    nullables: (known.nullables & ~clobbered) | (nullable ? bit(0) : 0),
  };
}
