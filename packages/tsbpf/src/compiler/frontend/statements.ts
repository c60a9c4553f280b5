// Statements. As with expressions, the table is the language.

import { ts } from "./typescript.js";
import type { Variable } from "../ir/builder.js";
import { assert } from "../../util/assert.js";
import { lowerDeclared } from "./bindings.js";
import { lowerCondition } from "./conditions.js";
import { lowerExpression } from "./expressions.js";
import { lowerForOf } from "./for-of.js";
import { lowerBreak, lowerContinue, lowerLabeled } from "./jumps.js";
import { lowerDo, lowerFor, lowerWhile } from "./loops.js";
import { at, findLocal, jumpTo, report, startSealed, symbolOf, type Lowering, type UsingRecord } from "./lowering.js";
import { endRecord, reserveRecord } from "./map-calls.js";
import { errorOperand, voidOperand, type FunctionNode, type MapDeclaration, type Operand } from "./operands.js";
import { lowerSource } from "./patterns.js";
import { tryEvaluate } from "./statics.js";
import { lowerSwitch } from "./switch.js";
import { unsupported } from "./unsupported.js";
import { isScalar } from "./types.js";

type StatementLowering = (l: Lowering, node: never) => void;

/** The statements of the language. */
const table: Partial<Record<ts.SyntaxKind, StatementLowering>> = {
  [ts.SyntaxKind.Block]: (l, node: ts.Block) => lowerBlock(l, node),
  [ts.SyntaxKind.EmptyStatement]: () => undefined,
  [ts.SyntaxKind.ExpressionStatement]: (l, node: ts.ExpressionStatement) => void lowerExpression(l, node.expression),
  [ts.SyntaxKind.VariableStatement]: (l, node: ts.VariableStatement) => lowerDeclarations(l, node.declarationList),
  [ts.SyntaxKind.IfStatement]: lowerIf,
  [ts.SyntaxKind.ForStatement]: lowerFor,
  [ts.SyntaxKind.WhileStatement]: lowerWhile,
  [ts.SyntaxKind.ReturnStatement]: lowerReturn,
  [ts.SyntaxKind.DoStatement]: lowerDo,
  [ts.SyntaxKind.ForOfStatement]: lowerForOf,
  [ts.SyntaxKind.SwitchStatement]: lowerSwitch,
  [ts.SyntaxKind.LabeledStatement]: lowerLabeled,
  [ts.SyntaxKind.BreakStatement]: lowerBreak,
  [ts.SyntaxKind.ContinueStatement]: lowerContinue,
  // Types mean nothing at run time.
  [ts.SyntaxKind.InterfaceDeclaration]: () => undefined,
  [ts.SyntaxKind.TypeAliasDeclaration]: () => undefined,
};

export function lowerStatement(l: Lowering, node: ts.Statement): void {
  const lower = table[node.kind];
  if (!lower) {
    unsupported(l, node);
    return;
  }
  at(l, node, () => lower(l, node as never));
}

/** A function's body, up to and including the way out at its end. */
export function lowerBody(l: Lowering, callee: FunctionNode): void {
  const { body } = callee;
  assert(body, `the body of ${l.activation.name} is not there`);
  const returns = returnTypes(l, callee);
  if (!ts.isBlock(body)) {
    const value = at(l, body, () => lowerExpression(l, body));
    // An arrow whose result nobody wants: `(ctx) => events.output(ctx, event)`.
    const isUnwanted = returns.every(isVoid) && value.kind !== "error";
    l.activation.leave(isUnwanted ? voidOperand : value, body);
    return;
  }
  lowerScope(l, () => body.statements.forEach((statement) => lowerStatement(l, statement)));
  if (l.b.terminated) return;
  if (returns.some(isVoid)) return l.activation.leave(voidOperand, body);
  // TypeScript sees that every path returns: the end is reached behind what has a diagnostic of its own, `throw` or a
  // loop without an end.
  if (l.diagnostics.length === 0) report(l, callee, "missingReturn", { name: l.activation.name });
  l.activation.leave(errorOperand, body);
}

function returnTypes(l: Lowering, callee: ts.SignatureDeclaration): readonly ts.Type[] {
  const signature = l.checker.getSignatureFromDeclaration(callee);
  if (!signature) return [];
  const type = l.checker.getReturnTypeOfSignature(signature);
  return type.isUnion() ? type.types : [type];
}

function isVoid(type: ts.Type): boolean {
  return (type.flags & (ts.TypeFlags.Void | ts.TypeFlags.Undefined)) !== 0;
}

function lowerBlock(l: Lowering, node: ts.Block): void {
  lowerScope(l, () => node.statements.forEach((statement) => lowerStatement(l, statement)));
}

/** Runs `work` in a scope of its own: records that it holds by `using` are discarded at its end. */
export function lowerScope(l: Lowering, work: () => void): void {
  const depth = l.activation.usings.length;
  work();
  if (!l.b.terminated) discardUsings(l, depth);
  l.activation.usings.length = depth;
}

// ---- using ------------------------------------------------------------------------------------------------------

/** Discards the records opened since `depth`, innermost first, where they were not ended on the way. */
export function discardUsings(l: Lowering, depth: number): void {
  for (const record of l.activation.usings.slice(depth).reverse()) discardIfLive(l, record);
}

function discardIfLive(l: Lowering, record: UsingRecord): void {
  const live = l.b.read(record.live);
  if (live.op === "const" && live.value === 0n) return;
  const discard = l.b.createBlock();
  const after = l.b.createBlock();
  // The pointer is asked too: the verifier follows it, and where it is null there is nothing to discard.
  const held = l.b.createBlock();
  l.b.branch(live, held, after);
  startSealed(l, held);
  l.b.branch(l.b.compare("ne", record.pointer, l.b.constant("ptr", 0n)), discard, after);
  startSealed(l, discard);
  endRecord(l, record.pointer, "discard");
  l.b.write(record.live, l.b.constant("i32", 0n));
  l.b.jump(after);
  startSealed(l, after);
}

function lowerUsing(l: Lowering, declaration: ts.VariableDeclaration, name: ts.Identifier): void {
  const map = declaration.initializer && reservingMap(l, declaration.initializer);
  const symbol = l.checker.getSymbolAtLocation(name);
  const pointer = map && reserveRecord(l, declaration, map);
  if (!map?.event || !pointer || !symbol || isScalar(map.event)) {
    report(l, declaration, "notAValue", {
      what: "What `using` holds",
      instead: "`using record = events.reserve();` on a ring buffer of structs",
    });
    if (symbol) l.activation.locals.set(symbol, { kind: "const", operand: errorOperand });
    return;
  }
  const live: Variable = { name: `${name.text} live`, type: "i32" };
  l.b.write(live, l.b.constant("i32", 1n));
  l.activation.usings.push({ live, pointer });
  const inner: Operand = {
    kind: "memory",
    type: map.event,
    base: pointer,
    offset: 0,
    align: 8,
    space: "ringbuf",
    record: { kind: "record", name: name.text, live },
  };
  l.activation.locals.set(symbol, { kind: "const", operand: { kind: "nullable", present: pointer, inner } });
}

/** The ring buffer of `events.reserve()`. */
function reservingMap(l: Lowering, node: ts.Expression): Parameters<typeof reserveRecord>[2] | undefined {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
  const map = mapOf(l, node.expression.expression);
  return map && node.expression.name.text === "reserve" && map.kind === "ringbuf" ? map : undefined;
}

/** The map that a module's `const`, or a local name for it, stands for. */
function mapOf(l: Lowering, node: ts.Expression): MapDeclaration | undefined {
  const symbol = symbolOf(l, node);
  const local = symbol && findLocal(l, symbol);
  const operand = local?.kind === "const" ? local.operand : undefined;
  const value = operand?.kind === "static" ? operand.value : tryEvaluate(l, node);
  return value?.kind === "map" ? value.map : undefined;
}

// ---- declarations -----------------------------------------------------------------------------------------------

export function lowerDeclarations(l: Lowering, list: ts.VariableDeclarationList): void {
  const flags = list.flags & ts.NodeFlags.BlockScoped;
  for (const declaration of list.declarations) {
    const { name, initializer } = declaration;
    if (flags === ts.NodeFlags.Using && ts.isIdentifier(name)) {
      lowerUsing(l, declaration, name);
    } else {
      // What is refused is not looked into.
      const isRefused = flags !== ts.NodeFlags.Const && flags !== ts.NodeFlags.Let;
      const source = initializer && !isRefused ? lowerSource(l, initializer, name) : voidOperand;
      lowerDeclared(l, list, declaration, source);
    }
  }
}

// ---- control flow -----------------------------------------------------------------------------------------------

function lowerIf(l: Lowering, node: ts.IfStatement): void {
  const yes = l.b.createBlock();
  const join = l.b.createBlock();
  const no = node.elseStatement ? l.b.createBlock() : join;
  lowerCondition(l, node.expression, yes, no);
  startSealed(l, yes);
  lowerScope(l, () => lowerStatement(l, node.thenStatement));
  jumpTo(l, join);
  if (node.elseStatement) {
    const { elseStatement } = node;
    startSealed(l, no);
    lowerScope(l, () => lowerStatement(l, elseStatement));
    jumpTo(l, join);
  }
  continueAt(l, join);
}

/** Goes on at `join` if anything leads there. */
export function continueAt(l: Lowering, join: ReturnType<Lowering["b"]["createBlock"]>): void {
  if (l.b.isReachable(join)) startSealed(l, join);
  else l.b.seal(join);
}

function lowerReturn(l: Lowering, node: ts.ReturnStatement): void {
  const value = node.expression ? lowerExpression(l, node.expression) : voidOperand;
  discardUsings(l, 0);
  l.activation.leave(value, node.expression ?? node);
}

/** For tests of the language's extent. */
export const statementKinds: readonly ts.SyntaxKind[] = Object.keys(table).map(Number);
