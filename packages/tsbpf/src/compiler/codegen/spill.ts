// Keeps registers in memory: a load before each use and a store after each write, or, for a register that only ever
// holds a constant or an address, making it again at each use.

import {
  asMove, forEachDef, forEachTermUse, forEachUse, mapRegisters, mapTermRegisters, type MachineBlock, type MachineFunc,
  type MachineInst, type Reg,
} from "./machine.js";
import { FP } from "../../bpf/isa.js";
import type { Span } from "../ir/ir.js";

type Home =
  | { readonly kind: "slot"; readonly slot: number }
  | { readonly kind: "remade"; readonly inst: MachineInst };

/** Rewrites `func` and adds the registers made for single uses to `unspillable`. */
export function spillRegisters(func: MachineFunc, spilled: readonly Reg[], unspillable: Set<Reg>): void {
  const homes = findHomes(func, spilled);
  for (const block of func.blocks) {
    const insts: MachineInst[] = [];
    for (const inst of block.insts) rewriteInst(func, inst, homes, unspillable, insts);
    rewriteTerm(func, block, homes, unspillable, insts);
    block.insts = insts;
  }
}

function findHomes(func: MachineFunc, spilled: readonly Reg[]): ReadonlyMap<Reg, Home> {
  const wanted = new Set(spilled);
  const definitions = new Map<Reg, MachineInst[]>();
  for (const block of func.blocks) {
    for (const inst of block.insts) {
      forEachDef(inst, (reg) => {
        if (wanted.has(reg)) definitions.set(reg, [...(definitions.get(reg) ?? []), inst]);
      });
    }
  }
  const homes = new Map<Reg, Home>();
  for (const reg of [...wanted].sort((a, b) => a - b)) {
    const [definition, ...others] = definitions.get(reg) ?? [];
    if (definition && others.length === 0 && isRemakable(definition)) {
      homes.set(reg, { kind: "remade", inst: definition });
    } else {
      homes.set(reg, { kind: "slot", slot: func.slots.length });
      func.slots.push({ size: 8, span: undefined, escapes: false, spill: true });
    }
  }
  return homes;
}

function isRemakable(inst: MachineInst): boolean {
  if (inst.kind === "mov") return inst.src.kind === "imm";
  return inst.kind === "imm64" || inst.kind === "map" || inst.kind === "slotaddr";
}

function rewriteInst(
  func: MachineFunc, inst: MachineInst, homes: ReadonlyMap<Reg, Home>, unspillable: Set<Reg>, out: MachineInst[],
): void {
  const move = asMove(inst);
  if (move) {
    const from = homes.get(move.src);
    const to = homes.get(move.dst);
    if (to?.kind === "slot" && !from) return void out.push(storeTo(to.slot, move.src, inst.span));
    if (from && !to) return void out.push(fetch(from, move.dst, inst.span));
  }
  const temps = new Map<Reg, Reg>();
  const tempOf = (reg: Reg): Reg => {
    const known = temps.get(reg);
    if (known !== undefined) return known;
    const temp = func.nextReg++;
    unspillable.add(temp);
    temps.set(reg, temp);
    return temp;
  };
  forEachUse(inst, (reg) => {
    const home = homes.get(reg);
    if (home && !temps.has(reg)) out.push(fetch(home, tempOf(reg), inst.span));
  });
  const stores: MachineInst[] = [];
  let remade = false;
  forEachDef(inst, (reg) => {
    const home = homes.get(reg);
    if (home?.kind === "remade") remade = true;
    if (home?.kind === "slot") stores.push(storeTo(home.slot, tempOf(reg), inst.span));
  });
  if (remade) return;
  const replace = (reg: Reg): Reg => (homes.has(reg) ? tempOf(reg) : reg);
  out.push(temps.size > 0 ? mapRegisters(inst, replace, replace) : inst, ...stores);
}

function rewriteTerm(
  func: MachineFunc, block: MachineBlock, homes: ReadonlyMap<Reg, Home>, unspillable: Set<Reg>, out: MachineInst[],
): void {
  const temps = new Map<Reg, Reg>();
  forEachTermUse(block.term, (reg) => {
    const home = homes.get(reg);
    if (!home || temps.has(reg)) return;
    const temp = func.nextReg++;
    unspillable.add(temp);
    temps.set(reg, temp);
    out.push(fetch(home, temp, block.term.span));
  });
  if (temps.size > 0) block.term = mapTermRegisters(block.term, (reg) => temps.get(reg) ?? reg);
}

function fetch(home: Home, dst: Reg, span: Span | undefined): MachineInst {
  if (home.kind === "remade") return { ...mapRegisters(home.inst, (reg) => reg, () => dst), span };
  return {
    kind: "load", size: 8, signed: false, dst, address: { base: FP, slot: home.slot, offset: 0 }, span,
    touches: [home.slot],
  };
}

function storeTo(slot: number, reg: Reg, span: Span | undefined): MachineInst {
  return {
    kind: "store", size: 8, address: { base: FP, slot, offset: 0 }, src: { kind: "reg", reg }, span, touches: [slot],
  };
}
