// Who calls whom among the functions of the modules, how often, and about how long each is: what decides which
// functions become subprograms. It is read from the source, before anything is lowered.

import { ts } from "./typescript.js";
import { symbolOf, type Compilation } from "./lowering.js";
import type { FunctionNode, ProgramDeclaration, Static } from "./operands.js";
import { staticOf, tryEvaluate } from "./statics.js";
import { isKernelInterfaceName } from "./types.js";

export interface CallGraph {
  /** How many instructions more the object has, about, when every call of the function is a copy of its body. */
  growthOf(callee: FunctionNode): number;
  /** The function, or one that it calls, makes tail calls. */
  makesTailCalls(callee: FunctionNode): boolean;
  /** It decides branches or is an index: where it is a constant, a copy of the function is much shorter. */
  isDecisive(parameter: ts.ParameterDeclaration): boolean;
}

/** What the source of one function says. */
interface Facts {
  /** About as many instructions as it takes, without what it calls. */
  readonly size: number;
  /** The functions it names, and how often. */
  readonly callees: ReadonlyMap<FunctionNode, number>;
  readonly makesTailCalls: boolean;
  readonly decisive: ReadonlySet<ts.Declaration>;
}

/** Rounds of copies in copies grow without end; nothing is decided by more than that. */
const sizeMax = 1_000_000;

/** What a call costs beside the body: arguments into their registers, and values kept across it. */
const callSize = 4;

/** Functions up to here are always copied: calls would gain little, and take time. */
const smallSize = 15;

/** How much shorter the object must become for a function to be one that is called. */
const gainMin = 40;

/** Reads the source when it is first asked: most programs call no functions of their own. */
export function callGraph(c: Compilation, programs: readonly ProgramDeclaration[]): CallGraph {
  let read: CallGraph | undefined;
  const graph = (): CallGraph => (read ??= readGraph(c, programs));
  return {
    growthOf: (callee) => graph().growthOf(callee),
    makesTailCalls: (callee) => graph().makesTailCalls(callee),
    isDecisive: (parameter) => graph().isDecisive(parameter),
  };
}

function readGraph(c: Compilation, programs: readonly ProgramDeclaration[]): CallGraph {
  const facts = new Map<FunctionNode, Facts>();
  const order: FunctionNode[] = [];
  const globals = new Set<FunctionNode>();
  const handlers = new Set<ts.Node>(programs.map(({ handler }) => handler));
  for (const { handler } of programs) collect(c, handler, handlers, facts, order, globals);
  // Callees come before their callers in `order`.
  const sizes = new Map<FunctionNode, number>();
  const tailCallers = new Set<FunctionNode>();
  for (const node of order) {
    const { size, callees, makesTailCalls } = facts.get(node) ?? nothing;
    const inside = [...callees].reduce((sum, [callee, count]) => sum + count * (sizes.get(callee) ?? 0), 0);
    sizes.set(node, Math.min(size + inside, sizeMax));
    if (makesTailCalls || [...callees.keys()].some((callee) => tailCallers.has(callee))) tailCallers.add(node);
  }
  const decisive = new Set([...facts.values()].flatMap((own) => [...own.decisive]));
  const growth = growths(programs, order, facts, sizes, globals);
  return {
    growthOf: (callee) => growth.get(callee) ?? 0,
    makesTailCalls: (callee) => tailCallers.has(callee),
    isDecisive: (parameter) => decisive.has(parameter),
  };
}

/** From the programs down: what a function calls is there once if it is called itself, else in each of its copies. */
function growths(
  programs: readonly ProgramDeclaration[],
  order: readonly FunctionNode[],
  facts: ReadonlyMap<FunctionNode, Facts>,
  sizes: ReadonlyMap<FunctionNode, number>,
  globals: ReadonlySet<FunctionNode>,
): ReadonlyMap<FunctionNode, number> {
  const copies = new Map<FunctionNode, number>(programs.map(({ handler }) => [handler, 1]));
  const growth = new Map<FunctionNode, number>();
  for (const node of order.toReversed()) {
    const count = copies.get(node) ?? 0;
    const size = sizes.get(node) ?? 0;
    const gain = (count - 1) * size - count * callSize;
    if (size > smallSize && gain >= gainMin) growth.set(node, gain);
    const times = growth.has(node) || globals.has(node) ? 1 : count;
    for (const [callee, calls] of facts.get(node)?.callees ?? []) {
      copies.set(callee, Math.min((copies.get(callee) ?? 0) + times * calls, sizeMax));
    }
  }
  return growth;
}

/** What there is before anything was read. */
export const noCalls: CallGraph = { growthOf: () => 0, makesTailCalls: () => false, isDecisive: () => false };

const nothing: Facts = { size: 0, callees: new Map(), makesTailCalls: false, decisive: new Set() };

function collect(
  c: Compilation,
  node: FunctionNode,
  handlers: ReadonlySet<ts.Node>,
  facts: Map<FunctionNode, Facts>,
  order: FunctionNode[],
  globals: Set<FunctionNode>,
): void {
  if (facts.has(node)) return;
  // A function that calls itself is a diagnostic; here it only must not go on for ever.
  facts.set(node, nothing);
  const own = readFacts(c, node, handlers.has(node), globals);
  facts.set(node, own);
  for (const callee of own.callees.keys()) collect(c, callee, handlers, facts, order, globals);
  order.push(node);
}

/** Nobody calls the handler of a program: its own size and what decides in it are of no interest. */
function readFacts(c: Compilation, node: FunctionNode, isHandler: boolean, globals: Set<FunctionNode>): Facts {
  const callees = new Map<FunctionNode, number>();
  const decisive = new Set<ts.Declaration>();
  let size = 0;
  let makesTailCalls = false;
  const visit = (part: ts.Node): void => {
    if (ts.isTypeNode(part)) return;
    const callee = namedFunction(c, part);
    if (callee) {
      callees.set(callee.node, (callees.get(callee.node) ?? 0) + 1);
      if (callee.isGlobal) globals.add(callee.node);
      return;
    }
    if (!isHandler) {
      size += sizeOf(c, part);
      const decider = deciderOf(part);
      if (decider) forEachParameter(c, decider, (parameter) => decisive.add(parameter));
    }
    makesTailCalls ||= isTailCall(part);
    ts.forEachChild(part, visit);
  };
  if (node.body) visit(node.body);
  return { size, callees, makesTailCalls, decisive };
}

/** The part of a node that decides what is done, or where. */
function deciderOf(node: ts.Node): ts.Expression | undefined {
  switch (node.kind) {
    case ts.SyntaxKind.ElementAccessExpression:
      return (node as ts.ElementAccessExpression).argumentExpression;
    case ts.SyntaxKind.ForStatement:
    case ts.SyntaxKind.ConditionalExpression:
      return (node as ts.ForStatement | ts.ConditionalExpression).condition;
    case ts.SyntaxKind.IfStatement:
    case ts.SyntaxKind.WhileStatement:
    case ts.SyntaxKind.DoStatement:
    case ts.SyntaxKind.SwitchStatement:
      return (node as ts.IfStatement | ts.SwitchStatement).expression;
    default:
      return undefined;
  }
}

function forEachParameter(c: Compilation, node: ts.Node, visit: (parameter: ts.Declaration) => void): void {
  if (ts.isIdentifier(node)) {
    const declaration = symbolOf(c, node)?.valueDeclaration;
    if (declaration && ts.isParameter(declaration)) visit(declaration);
  }
  ts.forEachChild(node, (child) => forEachParameter(c, child, visit));
}

/** The function of a module that an expression names. */
function namedFunction(c: Compilation, node: ts.Node): (Static & { readonly kind: "function" }) | undefined {
  if (ts.isIdentifier(node)) {
    const symbol = ts.isExpression(node) ? symbolOf(c, node) : undefined;
    const isFunction = (symbol?.flags ?? 0) & (ts.SymbolFlags.Function | ts.SymbolFlags.Variable);
    const value = symbol && isFunction ? staticOf(c, symbol) : undefined;
    return value?.kind === "function" ? value : undefined;
  }
  if (!ts.isPropertyAccessExpression(node)) return undefined;
  const owner = tryEvaluate(c, node.expression);
  if (owner?.kind !== "module" && owner?.kind !== "record") return undefined;
  const value = tryEvaluate(c, node);
  return value?.kind === "function" ? value : undefined;
}

/** Through whatever name the array of programs has here. */
function isTailCall(node: ts.Node): boolean {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
  return node.expression.name.text === "tailCall";
}

/** A read of kernel memory takes an address, its relocation and a call of bpf_probe_read_kernel. */
const kernelReadSize = 5;

/** About how many instructions a node makes, without its children. */
function sizeOf(c: Compilation, node: ts.Node): number {
  switch (node.kind) {
    case ts.SyntaxKind.PropertyAccessExpression:
      return isKernelMember(c, node as ts.PropertyAccessExpression) ? kernelReadSize : 1;
    case ts.SyntaxKind.CallExpression:
      return sizeOfCall(c, node as ts.CallExpression);
    case ts.SyntaxKind.BigIntLiteral:
      return (node as ts.BigIntLiteral).text.length > 10 ? 2 : 0;
    case ts.SyntaxKind.BinaryExpression: {
      const { operatorToken, left } = node as ts.BinaryExpression;
      return operatorToken.kind === ts.SyntaxKind.EqualsToken && ts.isIdentifier(left) ? 0 : 1;
    }
    case ts.SyntaxKind.PrefixUnaryExpression:
    case ts.SyntaxKind.PostfixUnaryExpression:
    case ts.SyntaxKind.IfStatement:
    case ts.SyntaxKind.ConditionalExpression:
    case ts.SyntaxKind.CaseClause:
      return 1;
    case ts.SyntaxKind.ElementAccessExpression:
    case ts.SyntaxKind.ForStatement:
    case ts.SyntaxKind.ForInStatement:
    case ts.SyntaxKind.ForOfStatement:
    case ts.SyntaxKind.WhileStatement:
    case ts.SyntaxKind.DoStatement:
      return 2;
    default:
      return 0;
  }
}

function isKernelMember(c: Compilation, node: ts.PropertyAccessExpression): boolean {
  const owner = symbolOf(c, node.name)?.declarations?.[0]?.parent;
  return owner !== undefined && ts.isInterfaceDeclaration(owner) && isKernelInterfaceName(owner.name.text);
}

/** `u32(x)` and `Math.imul(x, y)` are no calls, and of a function of a module the body counts. */
function sizeOfCall(c: Compilation, node: ts.CallExpression): number {
  const callee = node.expression;
  if (ts.isPropertyAccessExpression(callee) && callee.expression.getText() === "Math") return 0;
  const isCall = !namedFunction(c, callee) && !(ts.isIdentifier(callee) && tryEvaluate(c, callee)?.kind === "schema");
  return isCall ? callSize : 0;
}
