// Jump threading, the cheap half: an edge into a block that does nothing but decide where to go on leads there directly
// when the constants that come over that edge make the decision. cfg-cleanup.ts does this whenever it runs;
// jump-threading.ts also knows what the way to the edge has shown, copies what the block computes, and costs more.

import { forEachTermArg } from "../ir/cfg.js";
import { evalBinary, evalCompare, evalConvert } from "../ir/eval.js";
import type { Block, Func, Inst, Target, Type } from "../ir/ir.js";
import { isBinary, isCompare, targets } from "../ir/ir.js";
import { constantPool } from "./edit.js";
import type { ConstantPool } from "./edit.js";

/** A block that decides is short; longer ones are not worth evaluating for each edge. */
const instsMax = 4;
const hopsMax = 16;
const conversions: ReadonlySet<string> = new Set([
  "zext",
  "sext",
  "trunc",
  "sext8",
  "sext16",
  "bswap16",
  "bswap32",
  "bswap64",
]);

export function threadJumps(func: Func): boolean {
  const short = func.blocks.slice(1).filter(isShort);
  if (short.length === 0) return false;
  const pool = constantPool(func);
  const shared = usedElsewhere(func, short);
  const thin = new Set(short.filter((block) => isThin(block, shared)));
  let changed = false;
  for (const block of func.blocks) {
    for (const target of targets(block.term)) {
      for (let hop = 0; hop < hopsMax; hop++) {
        const next = thin.has(target.block) ? onward(target, pool) : undefined;
        if (!next || next.block === target.block) break;
        target.block = next.block;
        target.args = next.args;
        changed = true;
      }
    }
  }
  pool.flush();
  return changed;
}

/** Values that are used outside the one of `blocks` which defines them: that block cannot be gone round. */
function usedElsewhere(func: Func, blocks: readonly Block[]): ReadonlySet<Inst> {
  const home = new Map<Inst, Block>();
  for (const block of blocks) {
    for (const param of block.params) home.set(param, block);
    for (const inst of block.insts) home.set(inst, block);
  }
  const shared = new Set<Inst>();
  if (home.size === 0) return shared;
  for (const block of func.blocks) {
    const note = (value: Inst): void => {
      const own = home.get(value);
      if (own && own !== block) shared.add(value);
    };
    for (const inst of block.insts) for (const arg of inst.args) note(arg);
    forEachTermArg(block.term, note);
  }
  return shared;
}

function isShort(block: Block): boolean {
  if (block.term.op !== "jump" && block.term.op !== "br") return false;
  return block.insts.length <= (block.term.op === "jump" ? 0 : instsMax) && block.insts.every(isEvaluable);
}

function isThin(block: Block, shared: ReadonlySet<Inst>): boolean {
  return !block.params.some((param) => shared.has(param)) && !block.insts.some((inst) => shared.has(inst));
}

export function isEvaluable(inst: Inst): boolean {
  return isBinary(inst) || isCompare(inst) || conversions.has(inst.op);
}

/** Where control goes on after `target`'s block when it is entered along this edge; undefined: not known. */
function onward(target: Target, pool: ConstantPool): Target | undefined {
  const { block, args } = target;
  const arrived = new Map<Inst, Inst>();
  for (const [index, param] of block.params.entries()) {
    const arg = args[index];
    if (arg) arrived.set(param, arg);
  }
  for (const inst of block.insts) {
    const value = evaluate(
      inst,
      inst.args.map((arg) => arrived.get(arg) ?? arg),
    );
    if (value !== undefined) arrived.set(inst, pool.get(inst.type as Type, value));
  }
  const { term } = block;
  let out: Target | undefined;
  if (term.op === "jump") out = term.target;
  if (term.op === "br") {
    const cond = arrived.get(term.cond) ?? term.cond;
    if (cond.op === "const") out = cond.value !== 0n ? term.then : term.else;
  }
  if (!out) return undefined;
  const own = new Set<Inst>(block.insts);
  const passed = out.args.map((arg) => arrived.get(arg) ?? arg);
  // A value that the block computes and that is not constant here would be lost.
  return passed.some((arg) => own.has(arg)) ? undefined : { block: out.block, args: passed };
}

function evaluate(inst: Inst, args: readonly Inst[]): bigint | undefined {
  const [left, right] = args;
  if (left?.op !== "const" || inst.type === "ptr" || inst.type === "void") return undefined;
  if (!isBinary(inst) && !isCompare(inst)) {
    return isEvaluable(inst) ? evalConvert(inst.op as "zext", inst.type, left.value) : undefined;
  }
  if (right?.op !== "const") return undefined;
  if (isBinary(inst)) return evalBinary(inst.op, inst.type, left.value, right.value);
  return evalCompare(inst.op, left.type, left.value, right.value) ? 1n : 0n;
}
