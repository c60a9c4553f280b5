// `switch`: the value is compared with each case in turn, as `===` does; the bodies stand one after the other, so that
// one without a `break` runs on into the next.

import { ts } from "./typescript.js";
import { compareOperands, type Side } from "./conditions.js";
import { lowerExpression } from "./expressions.js";
import { withJumps } from "./jumps.js";
import { at, jumpTo, startSealed, type Lowering } from "./lowering.js";
import { continueAt, lowerScope, lowerStatement } from "./statements.js";
import type { Block } from "../ir/ir.js";

interface Clause {
  readonly node: ts.CaseOrDefaultClause;
  readonly body: Block;
}

export function lowerSwitch(l: Lowering, node: ts.SwitchStatement): void {
  const value: Side = { node: node.expression, operand: lowerExpression(l, node.expression) };
  const exit = l.b.createBlock();
  const clauses: readonly Clause[] = node.caseBlock.clauses.map((clause) => ({
    node: clause,
    body: l.b.createBlock(),
  }));
  lowerScope(l, () => {
    lowerTests(l, node, value, clauses, exit);
    withJumps(l, node, exit, undefined, () => lowerBodies(l, clauses));
    jumpTo(l, exit);
  });
  continueAt(l, exit);
}

function lowerTests(l: Lowering, node: ts.SwitchStatement, value: Side, clauses: readonly Clause[], exit: Block): void {
  const cases = clauses.filter((clause): clause is Clause & { node: ts.CaseClause } => ts.isCaseClause(clause.node));
  const otherwise = clauses.find((clause) => ts.isDefaultClause(clause.node))?.body;
  const isComplete = !otherwise && coversAll(l, node);
  for (const [index, clause] of cases.entries()) {
    // Where the cases are all there is, the last one needs no test, and nothing gets past the switch.
    if (isComplete && index === cases.length - 1) {
      l.b.jump(clause.body);
      return;
    }
    const next = l.b.createBlock();
    at(l, clause.node, () => lowerTest(l, value, clause.node.expression, clause.body, next));
    startSealed(l, next);
  }
  l.b.jump(otherwise ?? exit);
}

function lowerTest(l: Lowering, value: Side, node: ts.Expression, body: Block, next: Block): void {
  const test = compareOperands(l, node, "===", value, { node, operand: lowerExpression(l, node) });
  l.b.branch(test ?? l.b.constant("i32", 0n), body, next);
}

/** Every value of the expression's type, a union of literals, is among the cases. */
function coversAll(l: Lowering, node: ts.SwitchStatement): boolean {
  const literal = (type: ts.Type): string | undefined =>
    type.isLiteral() || type.flags & (ts.TypeFlags.BooleanLiteral | ts.TypeFlags.Null | ts.TypeFlags.Undefined)
      ? l.checker.typeToString(type)
      : undefined;
  const type = l.checker.getTypeAtLocation(node.expression);
  const wanted = (type.isUnion() ? type.types : [type]).map(literal);
  const cases = node.caseBlock.clauses.filter(ts.isCaseClause);
  const given = new Set(cases.map((clause) => literal(l.checker.getTypeAtLocation(clause.expression))));
  return cases.length > 0 && wanted.every((name) => name !== undefined && given.has(name));
}

function lowerBodies(l: Lowering, clauses: readonly Clause[]): void {
  for (const { node, body } of clauses) {
    jumpTo(l, body);
    startSealed(l, body);
    for (const statement of node.statements) lowerStatement(l, statement);
  }
}
