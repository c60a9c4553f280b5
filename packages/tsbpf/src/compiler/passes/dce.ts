// Dead code: instructions without effect whose result nobody uses, block parameters that only feed themselves, slots
// that are never addressed. Liveness is optimistic: everything is dead until something that acts needs it.

import { incomingArguments } from "../ir/cfg.js";
import { hasSideEffect } from "./effects.js";
import type { Func, Inst } from "../ir/ir.js";
import { targets } from "../ir/ir.js";
import type { Pass } from "./pass.js";

export const dce: Pass = {
  name: "dce",
  why: "Every other pass leaves values behind that nobody needs any more.",
  needs: [],
  breaks: [],
  settles: true,
  run: removeDeadCode,
};

export function removeDeadCode(func: Func): boolean {
  const live = liveValues(func);
  const isLive = (value: Inst): boolean => live[value.id] === 1;
  let changed = false;
  for (const block of func.blocks) {
    for (const target of targets(block.term)) {
      const { params } = target.block;
      if (params.every(isLive)) continue;
      target.args = target.args.filter((_, position) => {
        const param = params[position];
        return param !== undefined && isLive(param);
      });
    }
    if (block.insts.every((inst) => isLive(inst) || hasSideEffect(inst))) continue;
    block.insts = block.insts.filter((inst) => isLive(inst) || hasSideEffect(inst));
    changed = true;
  }
  // Only now: the loop above needs the parameters to line up with the arguments.
  for (const block of func.blocks) {
    if (block === func.blocks[0] || block.params.every(isLive)) continue;
    block.params = block.params.filter(isLive);
    changed = true;
  }
  return changed;
}

/** By identity: 1 for values that something needs. */
function liveValues(func: Func): Uint8Array {
  const live = new Uint8Array(func.nextId);
  const work: Inst[] = [];
  const mark = (value: Inst): void => {
    if (live[value.id] === 1) return;
    live[value.id] = 1;
    work.push(value);
  };
  const incoming = incomingArguments(func);
  func.blocks[0]?.params.forEach(mark);
  for (const block of func.blocks) {
    for (const inst of block.insts) if (hasSideEffect(inst)) for (const arg of inst.args) mark(arg);
    if (block.term.op === "br") mark(block.term.cond);
    if (block.term.op === "ret" && block.term.value) mark(block.term.value);
  }
  for (let value = work.pop(); value; value = work.pop()) {
    for (const arg of value.args) mark(arg);
    if (value.op === "param") incoming.get(value)?.forEach(mark);
  }
  return live;
}
