// Makes the flow graph as small as it can be: branches on constants, identical targets, blocks that only jump on,
// blocks with a single predecessor, block parameters with one value. Each step is one linear sweep.

import { buildCfg, predecessors, replaceUses, resolveThrough } from "../ir/cfg.js";
import type { Cfg } from "../ir/cfg.js";
import type { Block, Func, Inst, Target, Terminator } from "../ir/ir.js";
import { isCompare } from "../ir/ir.js";
import { removeDeadCode } from "./dce.js";
import { constOf, makeInst, constantPool } from "./edit.js";
import type { Pass } from "./pass.js";
import { threadJumps } from "./thread-constants.js";

export const cfgCleanup: Pass = {
  name: "cfg-cleanup",
  why: "Lowering makes many small blocks; fewer of them mean fewer jumps and longer stretches for local passes.",
  needs: [],
  breaks: [],
  run: (func) => {
    const removed = removeDeadCode(func);
    const cleaned = cleanOnce(func);
    // What was an argument of an edge that is gone may have no other use.
    if (cleaned) removeDeadCode(func);
    return removed || cleaned;
  },
};

function cleanOnce(func: Func): boolean {
  const simplified = simplifyBranches(func);
  const before = func.blocks.length;
  let cfg = removeUnreachable(func);
  const removed = func.blocks.length !== before;
  const trivial = removeTrivialParams(func, cfg);
  const threaded = threadJumps(func);
  if (threaded) cfg = removeUnreachable(func);
  const merged = mergeBlocks(func, cfg);
  return simplified || removed || trivial || threaded || merged;
}

function simplifyBranches(func: Func): boolean {
  let changed = false;
  for (const block of func.blocks) {
    const { term } = block;
    if (term.op !== "br") continue;
    const target = constantTarget(term) ?? selectTarget(func, block, term);
    if (!target) continue;
    block.term = { op: "jump", target, span: term.span };
    changed = true;
  }
  return changed;
}

function constantTarget(term: Terminator & { op: "br" }): Target | undefined {
  const value = constOf(term.cond);
  return value === undefined ? undefined : value !== 0n ? term.then : term.else;
}

/** Both edges lead to one block: their arguments are equal, or they are the condition's truth value. */
function selectTarget(func: Func, block: Block, term: Terminator & { op: "br" }): Target | undefined {
  if (term.then.block !== term.else.block) return undefined;
  const pairs = term.then.args.map((arg, index) => [arg, term.else.args[index]] as const);
  const kinds = pairs.map(([left, right]) => kindOfPair(left, right, term.cond));
  if (kinds.includes("other")) return undefined;
  const args = pairs.map(([left], index) => {
    if (kinds[index] === "same") return left;
    const wide = left.type === "i64";
    let value = term.cond;
    if (kinds[index] === "inverse") {
      const pool = constantPool(func);
      const zero = pool.get("i32", 0n);
      pool.flush();
      value = makeInst(func, { op: "eq", type: "i32", args: [value, zero] }, term.span);
      block.insts.push(value);
    }
    if (!wide) return value;
    const zext = makeInst(func, { op: "zext", type: "i64", args: [value] }, term.span);
    block.insts.push(zext);
    return zext;
  });
  return { block: term.then.block, args };
}

function kindOfPair(left: Inst, right: Inst | undefined, cond: Inst): "same" | "truth" | "inverse" | "other" {
  if (left === right) return "same";
  const a = constOf(left);
  const b = constOf(right);
  if (a === undefined || b === undefined) return "other";
  if (a === b) return "same";
  if (!isCompare(cond) || left.type === "ptr") return "other";
  if (a === 1n && b === 0n) return "truth";
  return a === 0n && b === 1n ? "inverse" : "other";
}

function removeUnreachable(func: Func): Cfg {
  const cfg = buildCfg(func);
  if (cfg.rpo.length !== func.blocks.length) func.blocks = func.blocks.filter((block) => cfg.index.has(block));
  return cfg;
}

/** Parameters that get one value on all edges (themselves aside) are that value. */
function removeTrivialParams(func: Func, cfg: Cfg): boolean {
  const replaced = new Map<Inst, Inst>();
  for (const block of cfg.rpo.slice(1)) {
    if (block.params.length === 0) continue;
    const edges = predecessors(cfg, block);
    for (let index = block.params.length - 1; index >= 0; index--) {
      const param = block.params[index];
      const value =
        param &&
        onlyValue(
          param,
          edges.map((edge) => edge.target.args[index]),
          replaced,
        );
      if (!param || !value) continue;
      replaced.set(param, value);
      block.params.splice(index, 1);
      for (const edge of edges) edge.target.args.splice(index, 1);
    }
  }
  replaceUses(func, replaced);
  return replaced.size > 0;
}

function onlyValue(param: Inst, args: readonly (Inst | undefined)[], replaced: Map<Inst, Inst>): Inst | undefined {
  let only: Inst | undefined;
  for (const arg of args) {
    if (!arg) return undefined;
    const value = resolveThrough(replaced, arg);
    if (value === param || value === only) continue;
    const equal = only && value.op === "const" && only.op === "const" && value.value === only.value;
    if (only && !equal) return undefined;
    only ??= value;
  }
  return only;
}

/** A block whose only predecessor does nothing but jump to it continues that predecessor. */
function mergeBlocks(func: Func, cfg: Cfg): boolean {
  const replaced = new Map<Inst, Inst>();
  const gone = new Set<Block>();
  for (const block of cfg.rpo) {
    if (gone.has(block)) continue;
    for (;;) {
      const { term } = block;
      if (term.op !== "jump" || term.target.block === block || predecessors(cfg, term.target.block).length !== 1) break;
      const next = term.target.block;
      for (const [index, param] of next.params.entries()) {
        const arg = term.target.args[index];
        if (arg) replaced.set(param, arg);
      }
      for (const inst of next.insts) block.insts.push(inst);
      block.term = next.term;
      gone.add(next);
    }
  }
  if (gone.size === 0) return false;
  func.blocks = func.blocks.filter((block) => !gone.has(block));
  replaceUses(func, replaced);
  return true;
}
