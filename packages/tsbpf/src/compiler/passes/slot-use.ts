// Who writes and reads which bytes of which stack slot, and whether one of these always comes before another.

import { buildCfg, buildDomTree, dominates, predecessors } from "../ir/cfg.js";
import type { Cfg, DomTree } from "../ir/cfg.js";
import type { Block, Func, Inst, SlotInst } from "../ir/ir.js";
import { effectsOf, escapedSlots, overlaps } from "./effects.js";
import type { SlotAccess } from "./effects.js";

export interface Position {
  readonly block: Block;
  /** Among the block's instructions. */
  readonly index: number;
}

export interface Access extends SlotAccess, Position {
  readonly inst: Inst;
}

export interface SlotUses {
  /** All accesses of each slot whose address can be followed, in no particular order. */
  readonly accesses: ReadonlyMap<SlotInst, readonly Access[]>;
  readonly cfg: Cfg;
  readonly tree: DomTree;
  /** From whose end control can get to a block, by block; filled as it is asked for. */
  readonly above: Map<Block, ReadonlySet<Block>>;
}

export function slotUses(func: Func): SlotUses {
  const cfg = buildCfg(func);
  const escaped = escapedSlots(func);
  const accesses = new Map<SlotInst, Access[]>();
  for (const inst of cfg.rpo[0]?.insts ?? []) if (inst.op === "slot" && !escaped.has(inst)) accesses.set(inst, []);
  for (const block of accesses.size > 0 ? cfg.rpo : []) {
    let index = 0;
    for (const inst of block.insts) {
      for (const access of effectsOf(inst).accesses) {
        accesses.get(access.slot)?.push({ ...access, inst, block, index });
      }
      index++;
    }
  }
  return { accesses, cfg, tree: buildDomTree(cfg), above: new Map() };
}

export interface Bytes {
  readonly slot: SlotInst;
  readonly offset: number;
  readonly size: number;
}

export function accessesOf(uses: SlotUses, bytes: Bytes): readonly Access[] {
  return (uses.accesses.get(bytes.slot) ?? []).filter((access) => overlaps(access, bytes));
}

/** Every way to `later` passes `earlier` first. */
export function comesBefore(uses: SlotUses, earlier: Position, later: Position): boolean {
  if (earlier.block === later.block) return earlier.index < later.index;
  return dominates(uses.tree, earlier.block, later.block);
}

/** Control can get from `first` to `second`. */
export function canReach(uses: SlotUses, first: Position, second: Position): boolean {
  if (first.block === second.block && first.index < second.index) return true;
  let above = uses.above.get(second.block);
  if (!above) {
    above = blocksAbove(uses.cfg, second.block);
    uses.above.set(second.block, above);
  }
  return above.has(first.block);
}

/** The blocks from whose end control can get to the start of `block`. */
function blocksAbove(cfg: Cfg, block: Block): ReadonlySet<Block> {
  const above = new Set<Block>();
  const work = [block];
  for (let next = work.pop(); next; next = work.pop()) {
    for (const { from } of predecessors(cfg, next)) {
      if (above.has(from)) continue;
      above.add(from);
      work.push(from);
    }
  }
  return above;
}
