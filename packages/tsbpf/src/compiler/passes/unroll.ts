// Loops that count to a constant and do little in each round do it several times a round: the counting and the jump
// are then a smaller part of what runs, and of what the verifier walks through. Only as often as divides the number of
// rounds, so that no test is needed in between, and only where the code stays short. Where all rounds fit, no loop is
// left.

import { buildCfg, predecessors, replaceIn, replaceInTerm } from "../ir/cfg.js";
import type { Cfg } from "../ir/cfg.js";
import { evalBinary, evalCompare } from "../ir/eval.js";
import type { Block, Func, Inst, Target, Terminator } from "../ir/ir.js";
import { isBinary, isCompare } from "../ir/ir.js";
import { constOf, makeInst } from "./edit.js";
import type { Pass } from "./pass.js";
import { isEvaluable } from "./thread-constants.js";

export const unroll: Pass = {
  name: "unroll",
  why: "In a short loop the counting costs as much as the work, and the verifier walks through both in each round.",
  needs: ["jump-threading"],
  breaks: ["cfg-cleanup", "fold", "dce"],
  run: (func) => {
    const cfg = buildCfg(func);
    let changed = false;
    for (const block of cfg.rpo) {
      const loop = loopOf(cfg, block);
      const times = loop ? timesOf(loop) : 1;
      if (!loop || times === 1) continue;
      repeat(func, loop, times);
      changed = true;
    }
    return changed;
  },
};

/** Work that is repeated, at most: beyond it counting is a small part anyway. */
const bodyMax = 8;
/** Instructions of the unrolled loop, at most. */
const totalMax = 24;
const roundsMax = 4096;

/** A block that is a loop of its own. */
interface Loop {
  readonly block: Block;
  readonly term: Terminator & { readonly op: "br" };
  readonly again: Target;
  /** How often the block runs. */
  readonly rounds: number;
  /** Instructions that do more than count. */
  readonly body: number;
  /** They read the counter, in addresses as a rule: then only a constant in its place makes them shorter. */
  readonly readsCounter: boolean;
}

function loopOf(cfg: Cfg, block: Block): Loop | undefined {
  const { term } = block;
  if (term.op !== "br" || (term.then.block === block) === (term.else.block === block)) return undefined;
  const again = term.then.block === block ? term.then : term.else;
  const counter = counterOf(cfg, block, term, again);
  if (!counter) return undefined;
  const counting = new Set<Inst>([term.cond, counter.next]);
  const work = block.insts.filter((inst) => !counting.has(inst) && inst.op !== "zext");
  if (!work.every((inst) => isEvaluable(inst) || inst.op === "load" || inst.op === "store")) return undefined;
  const rounds = countRounds(term, again, counter);
  if (rounds === undefined) return undefined;
  const readsCounter = work.some((inst) => inst.args.some((arg) => arg === counter.param || arg === counter.next));
  return { block, term, again, rounds, body: work.length, readsCounter };
}

interface Counter {
  readonly param: Inst;
  readonly start: bigint;
  readonly next: Inst;
}

/** The parameter that starts at a constant, is changed by a constant in each round, and is all that the test reads. */
function counterOf(cfg: Cfg, block: Block, term: Terminator & { op: "br" }, again: Target): Counter | undefined {
  const { cond } = term;
  if (!isCompare(cond) || !block.insts.includes(cond)) return undefined;
  for (const [index, param] of block.params.entries()) {
    const next = again.args[index];
    if (!next || !isBinary(next) || next.args[0] !== param || constOf(next.args[1]) === undefined) continue;
    if (!cond.args.every((arg) => arg === param || arg === next || constOf(arg) !== undefined)) continue;
    const entries = predecessors(cfg, block).filter((edge) => edge.target !== again);
    const starts = new Set(entries.map((edge) => constOf(edge.target.args[index])));
    const [start] = starts;
    if (start !== undefined && starts.size === 1) return { param, start, next };
  }
  return undefined;
}

function countRounds(term: Terminator & { op: "br" }, again: Target, counter: Counter): number | undefined {
  const { param, next } = counter;
  const { cond } = term;
  const step = constOf(next.args[1]);
  if (!isBinary(next) || !isCompare(cond) || step === undefined || next.type === "ptr") return undefined;
  const { type } = next;
  let value = counter.start;
  for (let rounds = 1; rounds <= roundsMax; rounds++) {
    const after = evalBinary(next.op, type, value, step);
    const [left = 0n, right = 0n] = cond.args.map((arg) =>
      arg === param ? value : arg === next ? after : constOf(arg),
    );
    if (evalCompare(cond.op, type, left, right) !== (again === term.then)) return rounds;
    value = after;
  }
  return undefined;
}

function timesOf({ rounds, body, readsCounter }: Loop): number {
  if (body === 0 || body > bodyMax) return 1;
  if (readsCounter) return rounds * body <= totalMax ? rounds : 1;
  let times = 1;
  for (let candidate = 2; candidate <= rounds && candidate * body <= totalMax; candidate++) {
    if (rounds % candidate === 0) times = candidate;
  }
  return times;
}

function repeat(func: Func, { block, term, again, rounds }: Loop, times: number): void {
  const exit = again === term.then ? term.else : term.then;
  const own = [...block.insts];
  let latest = new Map<Inst, Inst>();
  const find = (value: Inst): Inst => latest.get(value) ?? value;
  for (let time = 1; time < times; time++) {
    const arriving = again.args.map(find);
    latest = new Map(block.params.map((param, index) => [param, arriving[index] ?? param]));
    for (const inst of own) {
      const copy = makeInst(func, { ...inst, args: inst.args.map(find) }, inst.span);
      latest.set(inst, copy);
      block.insts.push(copy);
    }
  }
  if (times === rounds) block.term = { op: "jump", target: exit, span: term.span };
  replaceInTerm(block.term, find);
  for (const other of func.blocks) {
    if (other === block) continue;
    for (const inst of other.insts) replaceIn(inst.args, find);
    replaceInTerm(other.term, find);
  }
}
