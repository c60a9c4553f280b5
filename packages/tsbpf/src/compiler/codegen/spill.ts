// Keeps registers in memory: a load before each use and a store after each write, or, for a register that only ever
// holds a constant or an address, making it again at each use. A value that one instruction has in a register is not
// loaded again for the very next one.

import { FP } from "../../bpf/isa.js";
import type { Span } from "../ir/ir.js";
import type { Spilled } from "./colouring.js";
import { predecessorLists } from "./loops.js";
import {
  asMove,
  forEachDef,
  forEachTermUse,
  forEachUse,
  mapRegisters,
  mapTermRegisters,
  successors,
  type MachineBlock,
  type MachineFunc,
  type MachineInst,
  type Reg,
} from "./machine.js";

type Home = { readonly kind: "slot"; readonly slot: number } | { readonly kind: "remade"; readonly inst: MachineInst };

interface Rewriting {
  readonly func: MachineFunc;
  readonly homes: ReadonlyMap<Reg, Home>;
  readonly unspillable: Set<Reg>;
  /** The instructions of the block so far. */
  out: MachineInst[];
  /** Spilled registers whose value the instruction before had in a register, and that register. */
  held: ReadonlyMap<Reg, Reg>;
  /** Those that a bounds check in front of the block has in a register. */
  checked: ReadonlyMap<Reg, Reg>;
}

/**
 * For so many instructions behind a bounds check the index stays in the register that was checked. What lies in memory
 * stays unbounded for older verifiers (find_equal_scalars in kernel/bpf/verifier.c of Linux 5.10 and 6.1).
 */
const checkedMax = 6;
/** A comparison for equality says nothing of bounds that a copy in memory would lack. */
const unchecking: ReadonlySet<string> = new Set(["JEQ", "JNE", "JSET"]);

/**
 * Rewrites `func` and adds the registers made for single uses to `unspillable`. Registers of one group of `spilled`
 * are never live together and share their place.
 */
export function spillRegisters(func: MachineFunc, spilled: Spilled, unspillable: Set<Reg>): void {
  const homes = findHomes(func, spilled);
  const predecessors = predecessorLists(func);
  const checked = new Map<MachineBlock, ReadonlyMap<Reg, Reg>>();
  for (const block of func.blocks) {
    const state: Rewriting = {
      func,
      homes,
      unspillable,
      out: [],
      held: new Map(),
      checked: checked.get(block) ?? new Map(),
    };
    for (const [index, inst] of block.insts.entries()) {
      if (index === checkedMax) state.checked = new Map();
      state.held = rewriteInst(state, inst);
      state.checked = stillChecked(state.checked, inst);
    }
    state.checked = new Map();
    const temps = new Map<Reg, Reg>();
    forEachTermUse(block.term, (reg) => bringIn(state, reg, temps, block.term.span));
    if (block.term.kind === "branch" && !unchecking.has(block.term.jump) && block.term.right.kind === "imm") {
      for (const next of successors(block.term)) {
        if (predecessors[next.id]?.length === 1) checked.set(next, new Map(temps));
      }
    }
    if (temps.size > 0) block.term = mapTermRegisters(block.term, (reg) => temps.get(reg) ?? reg);
    block.insts = state.out;
  }
}

/** A call writes registers, and what is written anew was not checked. */
function stillChecked(checked: ReadonlyMap<Reg, Reg>, inst: MachineInst): ReadonlyMap<Reg, Reg> {
  if (checked.size === 0 || inst.kind === "call") return new Map();
  const left = new Map(checked);
  forEachDef(inst, (reg) => left.delete(reg));
  return left;
}

// ---- places -------------------------------------------------------------------------------------------------------

function findHomes(func: MachineFunc, spilled: Spilled): ReadonlyMap<Reg, Home> {
  const definitions = new Map<Reg, MachineInst[]>();
  for (const block of func.blocks) {
    for (const inst of block.insts) {
      forEachDef(inst, (reg) => {
        const known = definitions.get(reg);
        if (known) known.push(inst);
        else if (spilled.has(reg)) definitions.set(reg, [inst]);
      });
    }
  }
  const homes = new Map<Reg, Home>();
  const slots = new Map<Reg, number>();
  for (const [reg, group] of [...spilled].sort(([a], [b]) => a - b)) {
    const [definition, ...others] = definitions.get(reg) ?? [];
    if (definition && others.length === 0 && isRemakable(definition)) {
      homes.set(reg, { kind: "remade", inst: definition });
      continue;
    }
    const slot = slots.get(group) ?? func.slots.length;
    if (!slots.has(group)) func.slots.push({ size: 8, span: undefined, escapes: false, spill: true });
    slots.set(group, slot);
    homes.set(reg, { kind: "slot", slot });
  }
  return homes;
}

function isRemakable(inst: MachineInst): boolean {
  if (inst.kind === "mov") return inst.src.kind === "imm";
  return inst.kind === "imm64" || inst.kind === "named" || inst.kind === "slotaddr";
}

// ---- rewriting ----------------------------------------------------------------------------------------------------

/** Gives what is held after the instruction. */
function rewriteInst(state: Rewriting, inst: MachineInst): ReadonlyMap<Reg, Reg> {
  const { homes, out } = state;
  const move = asMove(inst);
  if (move) {
    const from = homes.get(move.src);
    const to = homes.get(move.dst);
    if (from?.kind === "slot" && to?.kind === "slot" && from.slot === to.slot) return new Map();
    if (from && !to && !state.held.has(move.src) && !state.checked.has(move.src)) {
      out.push(fetch(from, move.dst, inst.span));
      return new Map();
    }
  }
  const temps = new Map<Reg, Reg>();
  forEachUse(inst, (reg) => bringIn(state, reg, temps, inst.span));
  const stores: MachineInst[] = [];
  let remade = false;
  forEachDef(inst, (reg) => {
    const home = homes.get(reg);
    if (home?.kind === "remade") remade = true;
    if (home?.kind === "slot") stores.push(storeTo(home.slot, tempOf(state, reg, temps), inst.span));
  });
  if (remade) return state.held;
  const replace = (reg: Reg): Reg => temps.get(reg) ?? reg;
  out.push(temps.size > 0 ? mapRegisters(inst, replace, replace) : inst, ...stores);
  // The source of a move is not kept: the next instruction would stretch two registers where one is wanted.
  return move ? new Map([...temps].filter(([reg]) => reg === move.dst)) : temps;
}

/** Makes sure that the value of a spilled register is in a register, which `temps` then tells. */
function bringIn(state: Rewriting, reg: Reg, temps: Map<Reg, Reg>, span: Span | undefined): void {
  const home = state.homes.get(reg);
  if (!home || temps.has(reg)) return;
  const held = state.held.get(reg) ?? state.checked.get(reg);
  if (held !== undefined) temps.set(reg, held);
  else state.out.push(fetch(home, tempOf(state, reg, temps), span));
}

function tempOf(state: Rewriting, reg: Reg, temps: Map<Reg, Reg>): Reg {
  const known = temps.get(reg);
  if (known !== undefined) return known;
  const temp = state.func.nextReg++;
  state.unspillable.add(temp);
  temps.set(reg, temp);
  return temp;
}

function fetch(home: Home, dst: Reg, span: Span | undefined): MachineInst {
  if (home.kind === "remade")
    return {
      ...mapRegisters(
        home.inst,
        (reg) => reg,
        () => dst,
      ),
      span,
    };
  return {
    kind: "load",
    size: 8,
    signed: false,
    dst,
    address: { base: FP, slot: home.slot, offset: 0 },
    span,
    touches: [home.slot],
  };
}

function storeTo(slot: number, reg: Reg, span: Span | undefined): MachineInst {
  return {
    kind: "store",
    size: 8,
    address: { base: FP, slot, offset: 0 },
    src: { kind: "reg", reg },
    span,
    touches: [slot],
  };
}
