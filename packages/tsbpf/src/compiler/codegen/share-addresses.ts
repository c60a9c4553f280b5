// Selection makes the address of a data section, of a map or of a function anew at each use, which takes two slots.
// Where one was made a little above, with no call in between, that register is used again. Not over calls: there the
// register would have to be one of the few that survive them. Of a data section one address serves for all bytes: the
// distance goes into the offsets of loads and stores.

import { add, has, makeBitSet } from "./bitset.js";
import { makeById } from "./by-id.js";
import { predecessorLists } from "./loops.js";
import { postorder } from "./liveness.js";
import {
  type Address,
  FIRST_VIRTUAL,
  forEachDef,
  forEachTermUse,
  forEachUse,
  type MachineBlock,
  type MachineFunc,
  type MachineInst,
  mapRegisters,
  mapTermRegisters,
  type NamedAddress,
  type Reg,
} from "./machine.js";

/** Needs virtual registers, which selection writes once unless it computes in them. */
export function shareAddresses(func: MachineFunc): void {
  if (countNamed(func) < 2) return;
  const uses = countUses(func);
  const shared = new Map<Reg, Made>();
  const ends = makeById<readonly Made[]>(func.nextBlockId);
  const predecessors = predecessorLists(func);
  for (const block of postorder(func).reverse()) {
    let known = madeOnAllWays((predecessors[block.id] ?? []).map((before) => ends[before.id] ?? []));
    for (const inst of block.insts) {
      if (inst.kind === "call") known = [];
      if (inst.kind !== "named" || !uses.isOnlyMade(inst.dst)) continue;
      const earlier = known.find((made) => canServe(uses, made, inst.dst, inst.target));
      if (earlier) shared.set(inst.dst, { reg: earlier.reg, target: inst.target, distance: distance(earlier, inst) });
      else known.push({ reg: inst.dst, target: inst.target, distance: 0 });
    }
    ends[block.id] = known;
  }
  if (shared.size > 0) for (const block of func.blocks) rewrite(block, shared);
}

function countNamed(func: MachineFunc): number {
  let count = 0;
  for (const { insts } of func.blocks) for (const inst of insts) if (inst.kind === "named") count++;
  return count;
}

/** A register that holds the address of `target`, less `distance`. */
interface Made {
  readonly reg: Reg;
  readonly target: NamedAddress;
  readonly distance: number;
}

/** Around a loop nothing is known yet, so that its start knows nothing. */
function madeOnAllWays(ways: readonly (readonly Made[])[]): Made[] {
  const [first = [], ...others] = ways;
  return first.filter((made) => others.every((way) => way.some((other) => other.reg === made.reg)));
}

function distance(made: Made, inst: MachineInst & { kind: "named" }): number {
  const { target } = inst;
  return target.kind === "data" && made.target.kind === "data" ? target.offset - made.target.offset : 0;
}

function canServe(uses: UseCounts, made: Made, reg: Reg, target: NamedAddress): boolean {
  if (made.target.kind === "map") return target.kind === "map" && made.target.map === target.map;
  if (made.target.kind === "function") return target.kind === "function" && made.target.target === target.target;
  if (target.kind !== "data" || target.section !== made.target.section) return false;
  const far = Math.abs(target.offset - made.target.offset);
  return far === 0 || (far <= offsetMax && uses.isOnlyBase(reg));
}

// ---- uses ---------------------------------------------------------------------------------------------------------

interface UseCounts {
  /** A virtual register with a single definition. */
  isOnlyMade(reg: Reg): boolean;
  /** All uses are addresses of loads and stores whose offsets are plain and small. */
  isOnlyBase(reg: Reg): boolean;
}

function countUses(func: MachineFunc): UseCounts {
  const definitions = new Uint32Array(func.nextReg);
  const otherUses = makeBitSet(func.nextReg);
  for (const block of func.blocks) {
    for (const inst of block.insts) {
      forEachDef(inst, (reg) => (definitions[reg] = (definitions[reg] ?? 0) + 1));
      const base = plainBase(inst);
      let seen = 0;
      forEachUse(inst, (reg) => {
        if (reg !== base || seen++ > 0) add(otherUses, reg);
      });
    }
    forEachTermUse(block.term, (reg) => add(otherUses, reg));
  }
  return {
    isOnlyMade: (reg) => reg >= FIRST_VIRTUAL && definitions[reg] === 1,
    isOnlyBase: (reg) => !has(otherUses, reg),
  };
}

/** An offset has 15 bits and a sign; the access's own and the distance to another variable must fit together. */
const offsetMax = 0x3fff;

function plainBase(inst: MachineInst): Reg | undefined {
  const address = addressOf(inst);
  if (!address || address.slot !== undefined || address.core) return undefined;
  return Math.abs(address.offset) <= offsetMax ? address.base : undefined;
}

function addressOf(inst: MachineInst): Address | undefined {
  return inst.kind === "load" || inst.kind === "store" || inst.kind === "atomic" ? inst.address : undefined;
}

function rewrite(block: MachineBlock, shared: ReadonlyMap<Reg, Made>): void {
  const use = (reg: Reg): Reg => shared.get(reg)?.reg ?? reg;
  const same = (reg: Reg): Reg => reg;
  block.insts = block.insts
    .filter((inst) => inst.kind !== "named" || !shared.has(inst.dst))
    .map((inst) => {
      const moved = mapRegisters(inst, use, same);
      const address = addressOf(inst);
      const far = address && address.slot === undefined ? (shared.get(address.base)?.distance ?? 0) : 0;
      if (far === 0 || (moved.kind !== "load" && moved.kind !== "store" && moved.kind !== "atomic")) return moved;
      return { ...moved, address: { ...moved.address, offset: moved.address.offset + far } };
    });
  block.term = mapTermRegisters(block.term, use);
}
