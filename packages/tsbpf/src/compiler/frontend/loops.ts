// `for` and `while`, once something shows that they end.

import { ts } from "./typescript.js";
import { commaParts, loopBound, type LoopBound } from "./bounds.js";
import { lowerCondition } from "./conditions.js";
import { lowerExpression } from "./expressions.js";
import { findLocal, jumpTo, report, startSealed, type Lowering } from "./lowering.js";
import { continueAt, lowerDeclarations, lowerScope, lowerStatement } from "./statements.js";

/**
 * What the verifier takes: a million instructions in all (BPF_COMPLEXITY_LIMIT_INSNS, include/linux/bpf.h), and 8192
 * branches that it still has to come back to (BPF_COMPLEXITY_LIMIT_JMP_SEQ, kernel/bpf/verifier.c).
 */
const instructionLimit = 1_000_000;
const branchLimit = 8192;

export function lowerFor(l: Lowering, node: ts.ForStatement): void {
  lowerScope(l, () => {
    const { initializer } = node;
    if (initializer && ts.isVariableDeclarationList(initializer)) lowerDeclarations(l, initializer);
    else if (initializer) lowerEach(l, initializer);
    lowerLoop(l, node, node.condition, node.statement, node.incrementor);
  });
}

export function lowerWhile(l: Lowering, node: ts.WhileStatement): void {
  lowerLoop(l, node, node.expression, node.statement, undefined);
}

function lowerLoop(
  l: Lowering,
  node: ts.ForStatement | ts.WhileStatement,
  condition: ts.Expression | undefined,
  body: ts.Statement,
  update: ts.Expression | undefined,
): void {
  const bound = loopBound(l, condition, body, update);
  if (!bound) report(l, condition ?? node, "unboundedLoop");
  const firstId = l.b.func.nextId;
  const header = l.b.createBlock();
  const bodyBlock = l.b.createBlock();
  const updateBlock = l.b.createBlock();
  const exit = l.b.createBlock();
  l.b.jump(header);
  l.b.start(header); // Sealed at the end: the way back is still to come.
  if (condition) lowerCondition(l, condition, bodyBlock, exit);
  else l.b.jump(bodyBlock);
  startSealed(l, bodyBlock);
  l.activation.loops.push({
    breakBlock: exit,
    continueBlock: updateBlock,
    usingDepth: l.activation.usings.length,
  });
  withCounter(l, bound, () => lowerScope(l, () => lowerStatement(l, body)));
  l.activation.loops.pop();
  jumpTo(l, updateBlock);
  continueAt(l, updateBlock);
  if (update && !l.b.terminated) lowerEach(l, update);
  jumpTo(l, header);
  l.b.seal(header);
  continueAt(l, exit);
  if (bound) checkCost(l, node, bound, firstId);
}

/** Inside the body the counter has the bounds that the condition gives it. */
function withCounter(l: Lowering, bound: LoopBound | undefined, work: () => void): void {
  const counter = bound?.counter;
  const local = counter && findLocal(l, counter.symbol);
  if (!counter || local?.kind !== "let") return work();
  const { locals } = l.activation;
  const value = local.shape.kind === "int" ? l.b.read(local.shape.variable) : undefined;
  locals.set(counter.symbol, { ...local, range: counter.range });
  if (value && counter.isVisible) l.counters.set(value, counter.range);
  work();
  if (value) l.counters.delete(value);
  locals.set(counter.symbol, local);
}

function lowerEach(l: Lowering, node: ts.Expression): void {
  for (const part of commaParts(node)) lowerExpression(l, part);
}

/** Rounds times what a round holds, nested loops included, must stay below the verifier's limits. */
function checkCost(l: Lowering, node: ts.Node, bound: LoopBound, firstId: number): void {
  const cost = costOf(l, firstId, bound);
  l.loopCosts.push(cost);
  if (cost.instructions > instructionLimit) {
    report(l, node, "longLoop", { cost: cost.instructions, limit: instructionLimit });
  } else if (cost.branches > branchLimit) {
    report(l, node, "longLoop", { cost: cost.branches, limit: `${branchLimit} open branches` });
  }
}

/** What the loop that began at `firstId` costs; loops inside it count with all their rounds. */
function costOf(l: Lowering, firstId: number, bound: LoopBound): LoopCost {
  const inner = l.loopCosts.filter((cost) => cost.firstId > firstId);
  const innerIds = inner.reduce((sum, cost) => sum + cost.ids, 0);
  const ids = l.b.func.nextId - firstId + expansion(l, firstId);
  const branches = l.b.func.blocks.filter((block) => block.id >= firstId && block.term.op === "br").length;
  const ownBranches = branches - inner.reduce((sum, cost) => sum + cost.ownBranches, 0) - (bound.exact ? 1 : 0);
  // The loops inside are part of this one now.
  l.loopCosts = l.loopCosts.filter((cost) => cost.firstId < firstId);
  const round = ids - innerIds + inner.reduce((sum, cost) => sum + cost.instructions, 0);
  const openBranches = Math.max(0, ownBranches) + inner.reduce((sum, cost) => sum + cost.branches, 0);
  return {
    firstId,
    ids,
    ownBranches: branches,
    instructions: bound.rounds * Math.max(1, round),
    branches: bound.rounds * openBranches,
  };
}

/** What is one operation here and many instructions later: memory is zeroed and copied in pieces of at most 8 bytes. */
function expansion(l: Lowering, firstId: number): number {
  let pieces = 0;
  for (const block of l.b.func.blocks) {
    for (const inst of block.insts) {
      if (inst.id < firstId || (inst.op !== "zero" && inst.op !== "copy")) continue;
      pieces += inst.op === "zero" ? inst.size / inst.align : (2 * inst.size) / inst.align;
    }
  }
  return Math.ceil(pieces);
}

export interface LoopCost {
  readonly firstId: number;
  readonly ids: number;
  readonly ownBranches: number;
  readonly instructions: number;
  readonly branches: number;
}
