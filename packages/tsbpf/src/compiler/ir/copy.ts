// A function of its own with the same code, for work that must leave the original as it is.

import { assert } from "../../util/assert.js";
import type { Block, Func, Inst, ParamInst, Target, Terminator } from "./ir.js";

export function copyFunc(func: Func): Func {
  const insts = new Map<Inst, Inst>();
  const blocks = new Map<Block, Block>();
  for (const block of func.blocks) {
    const params = block.params.map((param) => copyInst(insts, param) as ParamInst);
    blocks.set(block, { ...block, params, insts: block.insts.map((inst) => copyInst(insts, inst)) });
  }
  const inst = (value: Inst): Inst => found(insts, value);
  const target = (to: Target): Target => ({ block: found(blocks, to.block), args: to.args.map(inst) });
  for (const block of blocks.values()) {
    for (const { args } of block.insts) args.forEach((arg, index) => void (args[index] = inst(arg)));
    block.term = copyTerm(block.term, inst, target);
  }
  return { ...func, blocks: [...blocks.values()] };
}

/** Its operands are still the original's: what they become is known when all blocks have been seen. */
function copyInst(insts: Map<Inst, Inst>, inst: Inst): Inst {
  const copy = { ...inst, args: [...inst.args] };
  insts.set(inst, copy);
  return copy;
}

function copyTerm(term: Terminator, inst: (value: Inst) => Inst, target: (to: Target) => Target): Terminator {
  switch (term.op) {
    case "jump":
      return { ...term, target: target(term.target) };
    case "br":
      return { ...term, cond: inst(term.cond), then: target(term.then), else: target(term.else) };
    case "ret":
      return { ...term, value: term.value && inst(term.value) };
    case "unreachable":
      return { ...term };
  }
}

function found<T>(copies: ReadonlyMap<T, T>, original: T): T {
  const copy = copies.get(original);
  assert(copy, "a function refers to what is not in it");
  return copy;
}
