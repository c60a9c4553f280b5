// A loop that ends at a minimum, `i < Math.min(n, 30)`, and is tested against 30 as well need not know the minimum: it
// ends at n. The verifier would walk through the whole loop twice, once for each of the minimum's two values.

import { buildCfg, buildDomTree, predecessors } from "../ir/cfg.js";
import type { Cfg } from "../ir/cfg.js";
import type { Block, CompareOp, Func, Inst } from "../ir/ir.js";
import { isCompare } from "../ir/ir.js";
import { inverse } from "../ir/operators.js";
import { constOf } from "./edit.js";
import { holdsInBlock } from "./facts.js";
import type { Facts } from "./facts.js";
import { knownBits } from "./known-bits.js";
import type { KnownBits } from "./known-bits.js";
import type { Pass } from "./pass.js";

export const loosenLimits: Pass = {
  name: "loosen-limits",
  why: "A minimum is a branch, and the verifier walks through what depends on it once for each side.",
  needs: ["fold", "cfg-cleanup"],
  breaks: ["cfg-cleanup", "dce"],
  run: (func) => {
    const cfg = buildCfg(func);
    const facts: Facts = { cfg, tree: buildDomTree(cfg), known: knownBits() };
    const minima = findMinima(func, cfg, facts.known);
    let changed = false;
    for (const block of minima.size > 0 ? cfg.rpo : []) {
      const cond = block.term.op === "br" ? block.term.cond : undefined;
      if (!cond || !isCompare(cond) || cond.op !== "slt" || !block.insts.includes(cond)) continue;
      const [left, right] = cond.args;
      const minimum = right && minima.get(right);
      if (!left || !minimum || holdsInBlock(facts, block, "slt", left, minimum.constant) !== true) continue;
      cond.args[1] = minimum.variable;
      changed = true;
    }
    return changed;
  },
};

interface Minimum {
  readonly variable: Inst;
  readonly constant: Inst;
}

/** Parameters that get the smaller one of a variable and a constant, as signed numbers of 64 bits. */
function findMinima(func: Func, cfg: Cfg, known: KnownBits): ReadonlyMap<Inst, Minimum> {
  const minima = new Map<Inst, Minimum>();
  for (const block of func.blocks) {
    const { term } = block;
    if (term.op !== "br" || !isCompare(term.cond) || term.then.block !== term.else.block) continue;
    const join: Block = term.then.block;
    if (predecessors(cfg, join).length !== 2) continue;
    for (const [index, param] of join.params.entries()) {
      const held = term.then.args[index];
      const other = term.else.args[index];
      if (param.type !== "i64" || !held || !other) continue;
      const [constant, variable, op] =
        constOf(held) === undefined ? [other, held, inverse[term.cond.op]] : [held, other, term.cond.op];
      if (constOf(constant) === undefined || constOf(variable) !== undefined) continue;
      if (exceeds(op, term.cond.args, variable, constant, known)) minima.set(param, { variable, constant });
    }
  }
  return minima;
}

/** Whether the comparison says that `variable` is more than `constant`, or not less than it. */
function exceeds(
  op: CompareOp,
  [left, right]: readonly Inst[],
  variable: Inst,
  constant: Inst,
  known: KnownBits,
): boolean {
  if (!left || BigInt.asIntN(64, constOf(constant) ?? 0n) < 0n || constOf(right) !== constOf(constant)) return false;
  const isSame = left === variable || (variable.op === "zext" && variable.args[0] === left);
  if (op === "ugt" || op === "uge") return isSame && known.signed(variable).lo >= 0n;
  return (op === "sgt" || op === "sge") && left === variable;
}
