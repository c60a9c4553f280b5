// Moves computations towards their uses. What is only needed on one side of a branch is computed there; what is read
// from a program's context only once, and only after a call, is read before it, so that the context itself need not be
// kept over the call.

import { buildCfg, buildDomTree, forEachTermArg, naturalLoops } from "../ir/cfg.js";
import type { DomTree } from "../ir/cfg.js";
import type { Block, Func, Inst } from "../ir/ir.js";
import { isBinary, isCompare } from "../ir/ir.js";
import type { Pass } from "./pass.js";
import { isEvaluable } from "./thread-constants.js";

export const sink: Pass = {
  name: "sink",
  why: "Variables are set where the source sets them; many are only looked at on one of the ways from there.",
  needs: ["gvn"],
  breaks: [],
  run: (func) => {
    const sunk = sinkAll(func);
    return readContextEarly(func) || sunk;
  },
};

interface State {
  readonly tree: DomTree;
  readonly depths: ReadonlyMap<Block, number>;
  readonly home: Map<Inst, Block>;
  readonly users: ReadonlyMap<Inst, readonly Inst[]>;
  /** Blocks whose terminators use a value. */
  readonly ends: ReadonlyMap<Inst, readonly Block[]>;
}

function sinkAll(func: Func): boolean {
  const cfg = buildCfg(func);
  if (cfg.rpo.length === 1) return false;
  const tree = buildDomTree(cfg);
  const depths = new Map<Block, number>();
  for (const loop of naturalLoops(cfg, tree)) {
    for (const block of loop.blocks) depths.set(block, (depths.get(block) ?? 0) + 1);
  }
  const home = new Map<Inst, Block>();
  const users = new Map<Inst, Inst[]>();
  const ends = new Map<Inst, Block[]>();
  for (const block of cfg.rpo) {
    for (const inst of block.insts) {
      home.set(inst, block);
      for (const arg of inst.args) append(users, arg, inst);
    }
    forEachTermArg(block.term, (arg) => append(ends, arg, block));
  }
  const state: State = { tree, depths, home, users, ends };
  const arriving = new Map<Block, Inst[]>();
  // From the bottom up: what an instruction feeds has been moved before it.
  for (const block of [...cfg.rpo].reverse()) {
    for (let index = block.insts.length - 1; index >= 0; index--) {
      const inst = block.insts[index];
      const to = inst && isMovable(inst) ? destination(state, inst, block) : undefined;
      if (!inst || !to) continue;
      home.set(inst, to);
      append(arriving, to, inst);
    }
  }
  if (arriving.size === 0) return false;
  for (const block of cfg.rpo) block.insts = block.insts.filter((inst) => home.get(inst) === block);
  for (const [block, insts] of arriving) block.insts = [...insts.reverse(), ...block.insts];
  return true;
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** With one operand that is not a constant: as many values are alive in between as before. */
function isMovable(inst: Inst): boolean {
  if (!isEvaluable(inst) || inst.type === "ptr") return false;
  const variable = inst.args.filter((arg) => arg.op !== "const");
  return variable.length === 1 || (variable.length > 0 && !isBinary(inst) && !isCompare(inst));
}

/** The lowest block that dominates all uses, unless it stands in a loop that the instruction does not. */
function destination(state: State, inst: Inst, from: Block): Block | undefined {
  let lowest: Block | undefined;
  const cover = (block: Block | undefined): void => {
    if (block) lowest = lowest ? commonDominator(state.tree, lowest, block) : block;
  };
  for (const user of state.users.get(inst) ?? []) cover(state.home.get(user));
  for (const block of state.ends.get(inst) ?? []) cover(block);
  if (!lowest || lowest === from) return undefined;
  return (state.depths.get(lowest) ?? 0) > (state.depths.get(from) ?? 0) ? undefined : lowest;
}

function commonDominator(tree: DomTree, left: Block, right: Block): Block {
  const covers = (upper: Block): boolean => {
    const above = tree.interval.get(upper);
    const below = tree.interval.get(right);
    return !above || !below || (above.enter <= below.enter && below.enter < above.exit);
  };
  let block = left;
  while (!covers(block)) block = tree.idom.get(block) ?? block;
  return block;
}

// ---- the context --------------------------------------------------------------------------------------------------

/** Programs whose context nothing changes while they run. */
const constantContexts = /^(raw_tracepoint|raw_tp|tp_btf|tracepoint|tp|kprobe|kretprobe|fentry|fexit|lsm)\//;

function readContextEarly(func: Func): boolean {
  const [entry] = func.blocks;
  const [context] = entry?.params ?? [];
  if (!entry || !context || !constantContexts.test(func.section ?? "")) return false;
  const firstCall = entry.insts.findIndex((inst) => inst.op === "call" || inst.op === "callfn");
  if (firstCall < 0) return false;
  const early = new Set(entry.insts.slice(0, firstCall));
  const late: { readonly block: Block; readonly inst: Inst }[] = [];
  for (const block of func.blocks) {
    for (const inst of block.insts) if (inst.args.includes(context) && !early.has(inst)) late.push({ block, inst });
  }
  const [only] = late;
  if (!only || late.length > 1 || only.inst.op !== "load" || isUsedAtEnds(func, context)) return false;
  if (isRuledOut(func, only.block)) return false;
  only.block.insts = only.block.insts.filter((inst) => inst !== only.inst);
  const at = entry.insts.findIndex((inst) => inst.op === "call" || inst.op === "callfn");
  entry.insts.splice(at, 0, only.inst);
  return true;
}

/** The verifier may know that the block is never reached: what is read there need not be in this kernel's context. */
function isRuledOut(func: Func, block: Block): boolean {
  const { idom } = buildDomTree(buildCfg(func));
  for (let above = idom.get(block); above; above = idom.get(above)) {
    if (above.term.op === "br" && mayBeDecided(above.term.cond, decidedDepth)) return true;
  }
  return false;
}

const decidedDepth = 8;

/** It depends on constants that the loader sets, or on what the kernel's types say. */
function mayBeDecided(value: Inst, depth: number): boolean {
  if (value.op === "core" || depth === 0) return true;
  if (value.op === "data") return value.section === ".rodata";
  return value.args.some((arg) => mayBeDecided(arg, depth - 1));
}

function isUsedAtEnds(func: Func, value: Inst): boolean {
  let used = false;
  for (const block of func.blocks) forEachTermArg(block.term, (arg) => (used ||= arg === value));
  return used;
}
