// `break`, `continue` and labels: which statement a jump leaves or goes on with, and what is discarded on the way.

import { ts } from "./typescript.js";
import type { Block } from "../ir/ir.js";
import type { JumpFrame, Lowering } from "./lowering.js";
import { continueAt, discardUsings, lowerScope, lowerStatement } from "./statements.js";
import { jumpTo } from "./lowering.js";

/** The names before a statement: `outer: inner: for (…) …`. */
function labelsOf(node: ts.Node): readonly string[] {
  const { parent } = node;
  return ts.isLabeledStatement(parent) ? [parent.label.text, ...labelsOf(parent)] : [];
}

/** Runs `work` where `break` leads to `breakBlock` and `continue`, in a loop, to `continueBlock`. */
export function withJumps(
  l: Lowering,
  node: ts.Statement,
  breakBlock: Block,
  continueBlock: Block | undefined,
  work: () => void,
): void {
  const frame: JumpFrame = {
    labels: labelsOf(node),
    isPlain: ts.isIterationStatement(node, false) || ts.isSwitchStatement(node),
    breakBlock,
    continueBlock,
    usingDepth: l.activation.usings.length,
  };
  l.activation.jumps.push(frame);
  work();
  l.activation.jumps.pop();
}

/** `name: { … break name; … }`. Loops and `switch` know their labels themselves. */
export function lowerLabeled(l: Lowering, node: ts.LabeledStatement): void {
  const { statement } = node;
  if (
    ts.isIterationStatement(statement, false) ||
    ts.isSwitchStatement(statement) ||
    ts.isLabeledStatement(statement)
  ) {
    lowerStatement(l, statement);
    return;
  }
  const exit = l.b.createBlock();
  withJumps(l, statement, exit, undefined, () => lowerScope(l, () => lowerStatement(l, statement)));
  jumpTo(l, exit);
  continueAt(l, exit);
}

export function lowerBreak(l: Lowering, node: ts.BreakStatement): void {
  leaveFor(l, node, (frame) => frame.breakBlock);
}

export function lowerContinue(l: Lowering, node: ts.ContinueStatement): void {
  leaveFor(l, node, (frame) => frame.continueBlock);
}

/** Jumps to what the innermost statement that is meant gives; TypeScript has seen to it that there is one. */
function leaveFor(
  l: Lowering,
  { label }: ts.BreakOrContinueStatement,
  blockOf: (frame: JumpFrame) => Block | undefined,
): void {
  const isMeant = (frame: JumpFrame): boolean =>
    blockOf(frame) !== undefined && (label ? frame.labels.includes(label.text) : frame.isPlain);
  const frame = l.activation.jumps.findLast(isMeant);
  const block = frame && blockOf(frame);
  if (!frame || !block) return;
  discardUsings(l, frame.usingDepth);
  l.b.jump(block);
}
