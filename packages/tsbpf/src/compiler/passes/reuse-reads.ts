// Reads of memory that is known already, over several blocks: what was read on every way here, and not written since,
// is not read again. Forward over the flow graph; around loops nothing is taken for granted. Stack slots are left to
// gvn and promote: to read those again costs no more than to keep the value.

import { buildCfg, predecessors, replaceIn, replaceInTerm, replaceUses, resolveThrough } from "../ir/cfg.js";
import type { Cfg } from "../ir/cfg.js";
import type { Block, Func, Inst, SlotInst } from "../ir/ir.js";
import { memSize } from "../ir/ir.js";
import { effectsOf, escapedSlots, isPureCall, overlaps, slotPlace } from "./effects.js";
import type { Pass } from "./pass.js";

export const reuseReads: Pass = {
  name: "reuse-reads",
  why: "Each mention of a map value's or a packet's field is a read, and each view of a packet reads its bounds.",
  needs: ["gvn"],
  breaks: ["fold", "dce"],
  run: reuseAll,
};

/** Reads by what they read: equal texts give equal values. */
type Known = Map<string, Inst>;

/** More than this many reads at once are not kept in mind: a bound on the work. */
const knownMax = 64;

function reuseAll(func: Func): boolean {
  const cfg = buildCfg(func);
  const escaped = escapedSlots(func);
  const after = new Map<Block, ReadonlyMap<string, Inst>>();
  const replaced = new Map<Inst, Inst>();
  const find = (value: Inst): Inst => resolveThrough(replaced, value);
  for (const block of cfg.rpo) {
    const known = knownBefore(cfg, block, after);
    const out: Inst[] = [];
    for (const inst of block.insts) {
      replaceIn(inst.args, find);
      const earlier = see(known, inst, escaped);
      if (earlier) replaced.set(inst, earlier);
      else out.push(inst);
    }
    replaceInTerm(block.term, find);
    block.insts = out;
    after.set(block, known);
  }
  replaceUses(func, replaced);
  return replaced.size > 0;
}

/** What all ways into the block agree on. */
function knownBefore(cfg: Cfg, block: Block, after: ReadonlyMap<Block, ReadonlyMap<string, Inst>>): Known {
  const [first, ...others] = predecessors(cfg, block).map(({ from }) => after.get(from));
  const known: Known = new Map();
  if (!first || others.includes(undefined)) return known;
  for (const [key, value] of first) if (others.every((other) => other?.get(key) === value)) known.set(key, value);
  return known;
}

/** The earlier value of a read that is known; takes notice of everything else. */
function see(known: Known, inst: Inst, escaped: ReadonlySet<SlotInst>): Inst | undefined {
  const key = keyOf(inst);
  if (key !== undefined) {
    const earlier = known.get(key);
    if (!earlier && known.size < knownMax) known.set(key, inst);
    return earlier;
  }
  if (inst.op === "callfn" || (inst.op === "call" && !isPureCall(inst))) {
    known.clear();
    return undefined;
  }
  const effects = effectsOf(inst);
  // Pointers whose origin is not known may point into an escaped slot.
  const writesEscaped = effects.accesses.some((access) => access.writes && escaped.has(access.slot));
  if (!effects.writesOther && !writesEscaped) return undefined;
  for (const [text, value] of known) if (value.op === "load" && !isApart(inst, value)) known.delete(text);
  return undefined;
}

function keyOf(inst: Inst): string | undefined {
  const [pointer] = inst.args;
  if (inst.op === "kread") return `kread ${inst.mem} ${inst.type} ${pointer?.id ?? ""}`;
  if (inst.op !== "load" || slotPlace(pointer, inst.offset)) return undefined;
  return `load ${inst.mem} ${inst.type} ${pointer?.id ?? ""}+${inst.offset}`;
}

/** A store next to what was loaded, from the same pointer. */
function isApart(inst: Inst, load: Inst & { op: "load" }): boolean {
  if (inst.op !== "store" || inst.args[0] !== load.args[0]) return false;
  const stored = { offset: inst.offset, size: memSize(inst.mem) };
  return !overlaps(stored, { offset: load.offset, size: memSize(load.mem) });
}
