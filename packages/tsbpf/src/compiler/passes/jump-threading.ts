// Decisions that are known by the way control comes: a branch that asks again what was asked before, or tests a flag
// that was just set, is passed by on the edges on which its outcome is known. What its block computes is computed on
// the edge instead. The first test of a counted loop goes in the same way, which leaves one jump in each round.

import { buildCfg, buildDomTree, forEachTermArg, predecessors, replaceIn, replaceInTerm, termArgs } from "../ir/cfg.js";
import type { Edge } from "../ir/cfg.js";
import type { Block, Func, Inst, ParamInst, Target, Type } from "../ir/ir.js";
import { targets } from "../ir/ir.js";
import { constantPool, isConst, makeInst } from "./edit.js";
import { decideInBlock, decideOnEdge } from "./facts.js";
import type { Facts } from "./facts.js";
import { knownBits } from "./known-bits.js";
import type { Pass } from "./pass.js";
import { isEvaluable } from "./thread-constants.js";

export const jumpThreading: Pass = {
  name: "jump-threading",
  why: "The language's checks are made at each access, and the absence of a value is a flag that is tested at once.",
  needs: ["gvn"],
  breaks: ["fold", "cfg-cleanup", "dce"],
  run: threadEdges,
};

/** Of a block that is passed by each instruction may be needed once more for each edge. */
const instsMax = 4;

interface Decision {
  readonly edge: Edge;
  readonly block: Block;
  readonly holds: boolean;
}

function threadEdges(func: Func): boolean {
  const cfg = buildCfg(func);
  const facts: Facts = { cfg, tree: buildDomTree(cfg), known: knownBits() };
  const decisions: Decision[] = [];
  const constants: { readonly block: Block; readonly holds: boolean }[] = [];
  for (const block of cfg.rpo.slice(1)) {
    const { term } = block;
    if (term.op !== "br" || term.cond.op === "const") continue;
    const known = decideInBlock(facts, block, term.cond);
    if (known !== undefined) constants.push({ block, holds: known });
    else if (mayBePassed(block)) decisions.push(...decisionsOf(facts, block, term.cond));
  }
  if (decisions.length === 0 && constants.length === 0) return false;
  const pool = constantPool(func);
  for (const { block, holds } of constants) {
    if (block.term.op === "br") block.term.cond = pool.get("i32", holds ? 1n : 0n);
  }
  pool.flush();
  if (decisions.length > 0) {
    const state: State = { func, preds: mutablePreds(func), users: usersOf(func) };
    for (const decision of decisions) pass(state, decision);
  }
  const reached = buildCfg(func).index;
  func.blocks = func.blocks.filter((block) => reached.has(block));
  return true;
}

function mayBePassed(block: Block): boolean {
  // An address that is computed here could no longer be followed to its slot; a number that is read as one has none.
  const isCopyable = (inst: Inst): boolean =>
    (isEvaluable(inst) && inst.type !== "ptr") || (inst.op === "int2ptr" && !isConst(inst.args[0]));
  return block.insts.length <= instsMax && block.insts.every(isCopyable);
}

function decisionsOf(facts: Facts, block: Block, cond: Inst): Decision[] {
  const edges = predecessors(facts.cfg, block);
  if (edges.length < 2) return [];
  const found: Decision[] = [];
  for (const edge of edges) {
    if (edge.from === block) continue;
    const holds = decideOnEdge(facts, edge, block, cond);
    if (holds !== undefined) found.push({ edge, block, holds });
  }
  return found;
}

// ---- the way round ------------------------------------------------------------------------------------------------

interface State {
  readonly func: Func;
  /** Kept up while edges change; blocks that can no longer be reached may still stand in it. */
  readonly preds: Map<Block, Set<Edge>>;
  /** Blocks that may use each value. */
  readonly users: Map<Inst, Set<Block>>;
}

function mutablePreds(func: Func): Map<Block, Set<Edge>> {
  const preds = new Map<Block, Set<Edge>>(func.blocks.map((block) => [block, new Set()]));
  for (const from of buildCfg(func).rpo) {
    for (const target of targets(from.term)) preds.get(target.block)?.add({ from, target });
  }
  return preds;
}

function usersOf(func: Func): Map<Inst, Set<Block>> {
  const users = new Map<Inst, Set<Block>>();
  for (const block of func.blocks) {
    for (const inst of block.insts) for (const arg of inst.args) noteUser(users, arg, block);
    forEachTermArg(block.term, (arg) => noteUser(users, arg, block));
  }
  return users;
}

function noteUser(users: Map<Inst, Set<Block>>, value: Inst, block: Block): void {
  const known = users.get(value);
  if (known) known.add(block);
  else users.set(value, new Set([block]));
}

function pass(state: State, { edge, block, holds }: Decision): void {
  const { func, preds, users } = state;
  const { term } = block;
  const entered = [...(preds.get(block) ?? [])].find((other) => other.target === edge.target);
  if (term.op !== "br" || !entered || edge.target.block !== block) return;
  const along = new Map<Inst, Inst>();
  for (const [index, param] of block.params.entries()) along.set(param, edge.target.args[index] ?? param);
  const find = (value: Inst): Inst => along.get(value) ?? value;
  const insts = block.insts.map((inst) => {
    const copy = makeInst(func, { ...inst, args: inst.args.map(find) }, inst.span);
    along.set(inst, copy);
    return copy;
  });
  const onward = holds ? term.then : term.else;
  const target: Target = { block: onward.block, args: onward.args.map(find) };
  const way: Block = { id: func.nextId++, params: [], insts, term: { op: "jump", target, span: term.span } };
  func.blocks.push(way);
  preds.get(block)?.delete(entered);
  edge.target.block = way;
  edge.target.args = [];
  preds.set(way, new Set([entered]));
  preds.get(onward.block)?.add({ from: way, target });
  for (const inst of insts) for (const arg of inst.args) noteUser(users, arg, way);
  for (const arg of target.args) noteUser(users, arg, way);
  for (const value of [...block.params, ...block.insts]) repair(state, value, block, along.get(value) ?? value, way);
}

/** Two definitions of what was one value, each in a block of its own, for {@link repair}. */
interface Split {
  readonly value: Inst;
  readonly first: Block;
  readonly other: Inst;
  readonly second: Block;
  /** What arrives at the start of a block. */
  readonly starts: Map<Block, Inst>;
  /** Blocks that have got a parameter whose arguments are still missing. */
  readonly open: Block[];
}

/** Every use of `value` outside its block gets the definition that arrives there, or a parameter where both may. */
function repair(state: State, value: Inst, first: Block, other: Inst, second: Block): void {
  const { preds, users } = state;
  const split: Split = { value, first, other, second, starts: new Map(), open: [] };
  for (const block of users.get(value) ?? []) {
    // The block on the new way uses it too, if the edge brings the value from the round before.
    if (block === first || !isUsedIn(value, block)) continue;
    const arriving = atStart(state, split, block);
    if (arriving === value) continue;
    const find = (used: Inst): Inst => (used === value ? arriving : used);
    for (const inst of block.insts) replaceIn(inst.args, find);
    replaceInTerm(block.term, find);
    noteUser(users, arriving, block);
  }
  for (let join = split.open.pop(); join; join = split.open.pop()) {
    for (const { from, target } of preds.get(join) ?? []) {
      const arriving = definedIn(split, from) ?? atStart(state, split, from);
      target.args.push(arriving);
      noteUser(users, arriving, from);
    }
  }
}

function isUsedIn(value: Inst, block: Block): boolean {
  return block.insts.some((inst) => inst.args.includes(value)) || termArgs(block.term).includes(value);
}

function definedIn(split: Split, block: Block): Inst | undefined {
  return block === split.first ? split.value : block === split.second ? split.other : undefined;
}

/** Goes up through blocks with a single way in, to a definition or to where ways meet. */
function atStart(state: State, split: Split, block: Block): Inst {
  const passed = new Set<Block>();
  let top = block;
  let found: Inst | undefined;
  while (!found) {
    found = passed.size > 0 ? (definedIn(split, top) ?? split.starts.get(top)) : split.starts.get(top);
    if (found) break;
    const [only, ...more] = state.preds.get(top) ?? [];
    const isCircle = passed.has(top);
    passed.add(top);
    if (only && more.length === 0 && !isCircle) top = only.from;
    // Without any way in the block is never reached, and what stands there does not matter.
    else found = only ? addParam(state, split, top) : split.value;
  }
  for (const each of passed) split.starts.set(each, found);
  return found;
}

function addParam(state: State, split: Split, block: Block): Inst {
  const type = split.value.type as Type;
  const param = makeInst(state.func, { op: "param", type, args: [] }, split.value.span) as ParamInst;
  block.params.push(param);
  split.open.push(block);
  return param;
}
