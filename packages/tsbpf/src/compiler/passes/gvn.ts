// Global value numbering along the dominator tree: an operation that was computed with the same operands on every way
// here is not computed again. Below an edge of a branch its condition is known. Within a block, loads take the values
// that were stored to slots or loaded before, and equal kernel reads are done once.
//
// One kind of equal value is kept: what was computed before a check of its operand, and again behind it. The kernel's
// verifier learns from a check about the register that is checked, not about values that were derived from it earlier.

import {
  buildCfg,
  buildDomTree,
  predecessors,
  replaceIn,
  replaceInTerm,
  replaceUses,
  resolveThrough,
  walkDomTree,
} from "../ir/cfg.js";
import type { Cfg } from "../ir/cfg.js";
import type { Block, CompareInst, Func, Inst, Terminator } from "../ir/ir.js";
import { isBinary, isCompare } from "../ir/ir.js";
import { inverse, isCommutative } from "../ir/operators.js";
import { constantPool, makeInst } from "./edit.js";
import type { ConstantPool } from "./edit.js";
import { escapedSlots, isStableCall } from "./effects.js";
import { blockMemory } from "./memory-values.js";
import type { Pass } from "./pass.js";

export const gvn: Pass = {
  name: "gvn",
  why: "The front end lowers every mention of a field or variable anew.",
  needs: ["fold"],
  breaks: ["cfg-cleanup", "dce"],
  run: numberValues,
};

interface State {
  readonly func: Func;
  readonly cfg: Cfg;
  readonly pool: ConstantPool;
  readonly replaced: Map<Inst, Inst>;
  /** What is available in the blocks above, by key; for comparisons that are decided, the outcome. */
  readonly table: Map<string, Inst | boolean>;
  /** Conditions that are known in the blocks below the current edge. */
  readonly facts: Map<Inst, boolean>;
  /** Numbers that are equal to a constant in the blocks below the current edge. */
  readonly equals: Map<Inst, Inst>;
  /** Depth in the dominator tree at which a value was last checked by a branch. */
  readonly checked: Map<Inst, number>;
  /** Depth at which the values in `table` were computed. */
  readonly computed: Map<Inst, number>;
  depth: number;
  /** How to leave the current block: each entry undoes one change of `table` or `facts`. */
  readonly undo: (() => void)[];
}

function numberValues(func: Func): boolean {
  const cfg = buildCfg(func);
  const state: State = {
    func,
    cfg,
    pool: constantPool(func),
    replaced: new Map(),
    table: new Map(),
    facts: new Map(),
    equals: new Map(),
    undo: [],
    checked: new Map(),
    computed: new Map(),
    depth: 0,
  };
  const escaped = escapedSlots(func);
  const marks: number[] = [];
  let changed = false;
  walkDomTree(
    buildDomTree(cfg),
    (block) => {
      marks.push(state.undo.length);
      state.depth = marks.length;
      assumeEdge(state, block);
      if (numberBlock(state, block, escaped)) changed = true;
    },
    () => {
      const mark = marks.pop() ?? 0;
      while (state.undo.length > mark) state.undo.pop()?.();
    },
  );
  state.pool.flush();
  replaceUses(func, state.replaced);
  return changed || state.replaced.size > 0;
}

function numberBlock(state: State, block: Block, escaped: ReturnType<typeof escapedSlots>): boolean {
  const { func, pool } = state;
  let changed = false;
  const find = (value: Inst): Inst => {
    const known = resolveThrough(state.replaced, value);
    const fact = state.facts.get(known);
    if (fact === undefined) return known;
    changed = true;
    return pool.get("i32", fact ? 1n : 0n);
  };
  // Only where it can fold: elsewhere the register that holds the value costs less than a constant.
  const findNumber = (value: Inst): Inst => {
    const constant = state.equals.get(find(value));
    changed ||= constant !== undefined;
    return constant ?? find(value);
  };
  const out: Inst[] = [];
  const memory = blockMemory(escaped, (inst) => ({
    constant: pool.get,
    emit: (body) => {
      const made = makeInst(func, body, inst.span);
      out.push(made);
      return made;
    },
  }));
  for (const inst of block.insts) {
    replaceIn(inst.args, isBinary(inst) || isCompare(inst) ? findNumber : find);
    const value = memory.see(inst) ?? known(state, inst);
    if (value) state.replaced.set(inst, value);
    else out.push(inst);
  }
  replaceInTerm(block.term, find);
  block.insts = out;
  return passOutcome(pool, block.term) || changed;
}

/** What a branch tests is known on its edges too. */
function passOutcome(pool: ConstantPool, term: Terminator): boolean {
  if (term.op !== "br" || term.cond.op === "const") return false;
  const { cond } = term;
  const isTested = (arg: Inst): boolean => arg === cond;
  const known = isCompare(cond) ? term.then.args.some(isTested) : false;
  if (known) replaceIn(term.then.args, (arg) => (isTested(arg) ? pool.get("i32", 1n) : arg));
  if (!term.else.args.some(isTested)) return known;
  replaceIn(term.else.args, (arg) => (isTested(arg) ? pool.get("i32", 0n) : arg));
  return true;
}

/** The earlier instruction that computes the same; the first one is remembered. */
function known(state: State, inst: Inst): Inst | undefined {
  const key = keyOf(inst);
  if (key === undefined) return undefined;
  const earlier = state.table.get(key);
  if (typeof earlier === "boolean") return state.pool.get("i32", earlier ? 1n : 0n);
  if (earlier && !isStale(state, inst, earlier)) return earlier;
  remember(state, key, inst);
  state.computed.set(inst, state.depth);
  return undefined;
}

/** An operand was checked since `earlier` was computed from it, but `earlier` itself was not. */
function isStale(state: State, inst: Inst, earlier: Inst): boolean {
  const since = state.computed.get(earlier) ?? 0;
  const isChecked = (value: Inst): boolean => (state.checked.get(value) ?? 0) > since;
  return !isCompare(inst) && !isChecked(earlier) && inst.args.some(isChecked);
}

function remember(state: State, key: string, value: Inst | boolean): void {
  const before = state.table.get(key);
  state.table.set(key, value);
  state.undo.push(() => {
    if (before !== undefined) state.table.set(key, before);
    else state.table.delete(key);
  });
}

/** Equal for instructions that give the same value; undefined for those that may not. */
function keyOf(inst: Inst): string | undefined {
  if (isBinary(inst) || isCompare(inst)) return keyOfOperation(inst.op, inst.type, inst.args);
  switch (inst.op) {
    case "const":
      return `const ${inst.type} ${inst.value}`;
    case "core":
      return `core ${inst.type} ${inst.reloc} ${JSON.stringify([inst.typeKey, inst.access])}`;
    case "map":
    case "func":
      return `${inst.op} ${inst.name}`;
    case "data":
      return `data ${inst.section} ${inst.offset}`;
    case "call":
      return isStableCall(inst) ? `call ${inst.type} ${inst.helper} ${idsOf(inst.args)}` : undefined;
    case "zext":
    case "sext":
    case "trunc":
    case "sext8":
    case "sext16":
    case "bswap16":
    case "bswap32":
    case "bswap64":
    case "ptr2int":
    case "address":
    case "int2ptr":
      return keyOfOperation(inst.op, inst.type, inst.args);
    default:
      return undefined;
  }
}

function keyOfOperation(op: string, type: string, args: readonly Inst[]): string {
  const [left, right] = args;
  // Only integers: ptr + i64 has its pointer on the left.
  if (!left || !right) return `${op} ${type} ${left?.id ?? ""}`;
  const isSwapped = left.id > right.id && left.type !== "ptr" && isCommutative(op);
  return isSwapped ? `${op} ${type} ${right.id},${left.id}` : `${op} ${type} ${left.id},${right.id}`;
}

function idsOf(args: readonly Inst[]): string {
  return args.map((arg) => arg.id).join(",");
}

/** In a block with one way in, along one side of a branch, the condition's value is known. */
function assumeEdge(state: State, block: Block): void {
  const [edge, ...others] = predecessors(state.cfg, block);
  if (!edge || others.length > 0 || edge.from.term.op !== "br") return;
  const { term } = edge.from;
  const { cond } = term;
  const truth = edge.target === term.then;
  if (cond.op === "const") return;
  if (isCompare(cond)) {
    for (const arg of cond.args) noteCheck(state, arg);
    remember(state, keyOfOperation(cond.op, "i32", cond.args), truth);
    remember(state, keyOfOperation(inverse[cond.op], "i32", cond.args), !truth);
    assume(state, cond, truth);
    assumeEqual(state, cond, truth);
  } else if (!truth) {
    assume(state, cond, false);
  }
}

/** `x == 5` tells all there is to know about x. */
function assumeEqual(state: State, cond: CompareInst, truth: boolean): void {
  const [left, right] = cond.args;
  if (cond.op !== (truth ? "eq" : "ne") || !left || left.type === "ptr" || right?.op !== "const") return;
  state.equals.set(left, right);
  state.undo.push(() => state.equals.delete(left));
}

function noteCheck(state: State, value: Inst): void {
  const before = state.checked.get(value);
  state.checked.set(value, state.depth);
  state.undo.push(() => (before === undefined ? state.checked.delete(value) : state.checked.set(value, before)));
}

function assume(state: State, cond: Inst, value: boolean): void {
  state.facts.set(cond, value);
  state.undo.push(() => state.facts.delete(cond));
}
