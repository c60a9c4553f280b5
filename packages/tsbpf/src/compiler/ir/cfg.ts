// The control flow graph of a function and what is read off it: reverse postorder, dominators, loops, liveness, uses.
// All of it is a snapshot: a pass that changes edges builds it anew. Nothing here recurses over blocks, since
// functions may be thousands of blocks deep.

import { assert } from "../../util/assert.js";
import type { Block, Func, Inst, Target, Terminator } from "./ir.js";
import { targets } from "./ir.js";

export interface Edge {
  readonly from: Block;
  readonly target: Target;
}

export interface Cfg {
  /** The blocks that can be reached, each before its successors except along back edges. */
  readonly rpo: readonly Block[];
  /** Position in `rpo`; absent for blocks that cannot be reached. */
  readonly index: ReadonlyMap<Block, number>;
  /** Edges from reachable blocks. */
  readonly preds: ReadonlyMap<Block, readonly Edge[]>;
}

export interface DomTree {
  /** Absent for the entry. */
  readonly idom: ReadonlyMap<Block, Block>;
  readonly children: ReadonlyMap<Block, readonly Block[]>;
  /** Reachable blocks, every one after its immediate dominator. */
  readonly preorder: readonly Block[];
  readonly interval: ReadonlyMap<Block, { readonly enter: number; readonly exit: number }>;
}

export interface Loop {
  readonly header: Block;
  /** The sources of the back edges. */
  readonly latches: readonly Block[];
  readonly blocks: ReadonlySet<Block>;
}

export interface Liveness {
  readonly liveIn: ReadonlyMap<Block, ReadonlySet<Inst>>;
  readonly liveOut: ReadonlyMap<Block, ReadonlySet<Inst>>;
}

export function buildCfg(func: Func): Cfg {
  const rpo = reversePostorder(entryOf(func));
  const index = new Map<Block, number>();
  const preds = new Map<Block, Edge[]>();
  for (const block of rpo) {
    index.set(block, index.size);
    preds.set(block, []);
  }
  for (const from of rpo) for (const target of targets(from.term)) preds.get(target.block)?.push({ from, target });
  return { rpo, index, preds };
}

function reversePostorder(entry: Block): Block[] {
  const post: Block[] = [];
  const seen = new Set<Block>([entry]);
  // What is left to visit of each block on the way here.
  const way = [entry];
  const left = [targets(entry.term)];
  for (let block = way.at(-1); block; block = way.at(-1)) {
    // From the last successor on, so that in reverse postorder `then` comes before `else`.
    const next = left.at(-1)?.pop()?.block;
    if (!next) {
      post.push(block);
      way.pop();
      left.pop();
    } else if (!seen.has(next)) {
      seen.add(next);
      way.push(next);
      left.push(targets(next.term));
    }
  }
  return post.reverse();
}

export function entryOf(func: Func): Block {
  const entry = func.blocks[0];
  assert(entry, `function ${func.name} has no blocks`);
  return entry;
}

export function predecessors(cfg: Cfg, block: Block): readonly Edge[] {
  return cfg.preds.get(block) ?? [];
}

/** Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm" (2001). */
export function buildDomTree(cfg: Cfg): DomTree {
  const count = cfg.rpo.length;
  const idom = new Int32Array(count).fill(-1);
  idom[0] = 0;
  const predIndexes = cfg.rpo.map((block) => predecessors(cfg, block).map((edge) => cfg.index.get(edge.from) ?? -1));
  const at = (index: number): number => idom[index] ?? -1;
  const meet = (left: number, right: number): number => {
    let a = left;
    let b = right;
    while (a !== b) {
      while (a > b) a = at(a);
      while (b > a) b = at(b);
    }
    return a;
  };
  for (let changed = true; changed;) {
    changed = false;
    for (let index = 1; index < count; index++) {
      let next = -1;
      for (const pred of predIndexes[index] ?? []) if (at(pred) >= 0) next = next < 0 ? pred : meet(pred, next);
      if (next !== at(index)) {
        idom[index] = next;
        changed = true;
      }
    }
  }
  return treeOf(cfg, at);
}

function treeOf(cfg: Cfg, idomIndex: (index: number) => number): DomTree {
  const idom = new Map<Block, Block>();
  const children = new Map<Block, Block[]>(cfg.rpo.map((block) => [block, []]));
  for (const [index, block] of cfg.rpo.entries()) {
    const parent = cfg.rpo[idomIndex(index)];
    if (index === 0 || !parent) continue;
    idom.set(block, parent);
    children.get(parent)?.push(block);
  }
  const preorder: Block[] = [];
  const interval = new Map<Block, { enter: number; exit: number }>();
  const root = cfg.rpo[0];
  const stack = root ? [{ block: root, next: 0 }] : [];
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    if (top.next === 0) {
      interval.set(top.block, { enter: preorder.length, exit: 0 });
      preorder.push(top.block);
    }
    const child = children.get(top.block)?.[top.next++];
    if (child) {
      stack.push({ block: child, next: 0 });
    } else {
      const own = interval.get(top.block);
      if (own) own.exit = preorder.length;
      stack.pop();
    }
  }
  return { idom, children, preorder, interval };
}

/** Every path from the entry to `lower` passes `upper` (a block dominates itself). */
export function dominates(tree: DomTree, upper: Block, lower: Block): boolean {
  const above = tree.interval.get(upper);
  const below = tree.interval.get(lower);
  return above !== undefined && below !== undefined && above.enter <= below.enter && below.enter < above.exit;
}

/** For each block the blocks where its dominance ends: the places that need block parameters. */
export function dominanceFrontiers(cfg: Cfg, tree: DomTree): Map<Block, Set<Block>> {
  const frontiers = new Map<Block, Set<Block>>(cfg.rpo.map((block) => [block, new Set<Block>()]));
  for (const block of cfg.rpo) {
    const edges = predecessors(cfg, block);
    if (edges.length < 2) continue;
    for (const { from } of edges) {
      const stop = tree.idom.get(block);
      for (let runner: Block | undefined = from; runner && runner !== stop; runner = tree.idom.get(runner)) {
        frontiers.get(runner)?.add(block);
      }
    }
  }
  return frontiers;
}

/** Loops by header, outer before inner. A cycle that can be entered in two places is not among them. */
export function naturalLoops(cfg: Cfg, tree: DomTree): Loop[] {
  const loops: Loop[] = [];
  for (const header of cfg.rpo) {
    const latches = predecessors(cfg, header)
      .map((edge) => edge.from)
      .filter((from) => dominates(tree, header, from));
    if (latches.length === 0) continue;
    const blocks = new Set<Block>([header]);
    const work = [...latches];
    for (let block = work.pop(); block; block = work.pop()) {
      if (blocks.has(block)) continue;
      blocks.add(block);
      for (const edge of predecessors(cfg, block)) work.push(edge.from);
    }
    loops.push({ header, latches, blocks });
  }
  return loops;
}

/** Block parameters are live from the start of their block; arguments of an edge are used at the end of its source. */
export function liveness(cfg: Cfg): Liveness {
  const liveIn = new Map<Block, Set<Inst>>(cfg.rpo.map((block) => [block, new Set<Inst>()]));
  const liveOut = new Map<Block, Set<Inst>>(cfg.rpo.map((block) => [block, new Set<Inst>()]));
  const home = new Map<Inst, Block>();
  for (const block of cfg.rpo) {
    for (const param of block.params) home.set(param, block);
    for (const inst of block.insts) home.set(inst, block);
  }
  // From every use up to the definition: each (value, block) pair is visited once.
  const markUse = (value: Inst, user: Block): void => {
    const work = home.get(value) === user ? [] : [user];
    for (let block = work.pop(); block; block = work.pop()) {
      const into = liveIn.get(block);
      if (!into || into.has(value)) continue;
      into.add(value);
      for (const { from } of predecessors(cfg, block)) {
        liveOut.get(from)?.add(value);
        if (home.get(value) !== from) work.push(from);
      }
    }
  };
  for (const block of cfg.rpo) {
    for (const inst of block.insts) for (const arg of inst.args) markUse(arg, block);
    forEachTermArg(block.term, (value) => markUse(value, block));
  }
  return { liveIn, liveOut };
}

/** For each block parameter the arguments of all edges. */
export function incomingArguments(func: Func): ReadonlyMap<Inst, readonly Inst[]> {
  const incoming = new Map<Inst, Inst[]>();
  for (const { term } of func.blocks) {
    for (const { block, args } of targets(term)) {
      for (let index = 0; index < args.length; index++) {
        const arg = args[index];
        const param = block.params[index];
        const known = param && incoming.get(param);
        if (arg && known) known.push(arg);
        else if (arg && param) incoming.set(param, [arg]);
      }
    }
  }
  return incoming;
}

/** Every value that a terminator uses: arguments of its edges, condition, result. */
export function termArgs(term: Terminator): Inst[] {
  const values: Inst[] = [];
  forEachTermArg(term, (value) => values.push(value));
  return values;
}

export function forEachTermArg(term: Terminator, visit: (value: Inst) => void): void {
  if (term.op === "jump") for (const arg of term.target.args) visit(arg);
  if (term.op === "br") {
    for (const arg of term.then.args) visit(arg);
    for (const arg of term.else.args) visit(arg);
    visit(term.cond);
  }
  if (term.op === "ret" && term.value) visit(term.value);
}

/** Puts `map`'s values in the place of its keys wherever they are used; chains of replacements are followed. */
export function replaceUses(func: Func, map: ReadonlyMap<Inst, Inst>): void {
  if (map.size === 0) return;
  const find = (value: Inst): Inst => resolveThrough(map, value);
  for (const block of func.blocks) {
    for (const inst of block.insts) replaceIn(inst.args, find);
    replaceInTerm(block.term, find);
  }
}

/** The end of the chain of replacements that starts at `value`. */
export function resolveThrough(map: ReadonlyMap<Inst, Inst>, value: Inst): Inst {
  let current = value;
  let steps = 0;
  for (let next = map.get(current); next; next = map.get(current)) {
    current = next;
    assert(++steps <= map.size, "replacements run in a circle");
  }
  return current;
}

export function replaceIn(values: Inst[], find: (value: Inst) => Inst): void {
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (value) values[index] = find(value);
  }
}

export function replaceInTerm(term: Terminator, find: (value: Inst) => Inst): void {
  if (term.op === "br") term.cond = find(term.cond);
  if (term.op === "ret" && term.value) term.value = find(term.value);
  if (term.op === "jump") replaceIn(term.target.args, find);
  if (term.op !== "br") return;
  replaceIn(term.then.args, find);
  replaceIn(term.else.args, find);
}

/** How often each value is used. */
export interface Uses {
  of(value: Inst): number;
}

export function countUses(func: Func): Uses {
  // Identities are small numbers, and this runs often: an array is several times quicker than a map.
  const counts = new Int32Array(func.nextId);
  const count = (value: Inst): void => {
    counts[value.id] = (counts[value.id] ?? 0) + 1;
  };
  for (const block of func.blocks) {
    for (const inst of block.insts) for (const arg of inst.args) count(arg);
    forEachTermArg(block.term, count);
  }
  return { of: (value) => counts[value.id] ?? 0 };
}

/** Gives every edge from a block with two successors to one with several predecessors a block of its own. */
export function splitCriticalEdges(func: Func): number {
  const cfg = buildCfg(func);
  const blocks: Block[] = [];
  let count = 0;
  for (const block of func.blocks) {
    blocks.push(block);
    const out = targets(block.term);
    if (out.length < 2) continue;
    for (const target of out) {
      if (predecessors(cfg, target.block).length < 2) continue;
      const { block: to, args } = target;
      const middle: Block = {
        id: func.nextId++,
        params: [],
        insts: [],
        term: { op: "jump", target: { block: to, args }, span: block.term.span },
      };
      target.block = middle;
      target.args = [];
      blocks.push(middle);
      count++;
    }
  }
  func.blocks = blocks;
  return count;
}

/** Depth first: `enter` before everything that the block dominates, `leave` after it. */
export function walkDomTree(tree: DomTree, enter: (block: Block) => void, leave: (block: Block) => void): void {
  const root = tree.preorder[0];
  const stack = root ? [{ block: root, next: 0 }] : [];
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    if (top.next === 0) enter(top.block);
    const child = tree.children.get(top.block)?.[top.next++];
    if (child) {
      stack.push({ block: child, next: 0 });
    } else {
      leave(top.block);
      stack.pop();
    }
  }
}

/** Those of the functions that a program is or reaches by calls, in their order. */
export function reachableFunctions(functions: readonly Func[]): Func[] {
  const byName = new Map(functions.map((func) => [func.name, func]));
  const reached = new Set(functions.filter((func) => func.section !== undefined));
  for (const func of reached) {
    for (const name of calledNames(func)) {
      const callee = byName.get(name);
      if (callee) reached.add(callee);
    }
  }
  return functions.filter((func) => reached.has(func));
}

/** The functions of the module that `func` calls, or whose address it takes. */
export function calledNames(func: Func): string[] {
  const names: string[] = [];
  for (const { insts } of func.blocks) {
    for (const inst of insts) if (inst.op === "callfn" || inst.op === "func") names.push(inst.name);
  }
  return names;
}
