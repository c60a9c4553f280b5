// What a callback uses of the function around it: the kernel passes one pointer on, to a record on the stack with a
// cell for each value. Inside, the cells are read at the start and written back at the end of a round; outside, what
// may have changed is read again behind the call.

import { ts } from "./typescript.js";
import type { Variable } from "../ir/builder.js";
import type { Inst } from "../ir/ir.js";
import { report, symbolOf, type Lowering } from "./lowering.js";
import { type FunctionNode, type Operand } from "./operands.js";
import type { Local, Shape } from "./variables.js";

export interface Captures {
  /** Values that stay what they are, and where their cells begin in the record. */
  readonly values: ReadonlyMap<Inst, number>;
  /** Variables that are read or written inside. */
  readonly variables: ReadonlyMap<Variable, number>;
  /** Those among them that may be another value afterwards. */
  readonly assigned: ReadonlySet<Variable>;
  readonly locals: ReadonlyMap<ts.Symbol, Local>;
  readonly sizeBytes: number;
  /** The function around the callback. */
  readonly outer: Lowering;
}

const cellBytes = 8;

/** The locals that the callback names. Undefined after a diagnostic. */
export function findCaptures(l: Lowering, callback: FunctionNode): Captures | undefined {
  const locals = new Map<ts.Symbol, Local>();
  const values = new Map<Inst, number>();
  const variables = new Map<Variable, number>();
  const assigned = new Set<Variable>();
  const targets = assignedNames(callback);
  let isFine = true;
  const addCell = <T>(cells: Map<T, number>, key: T): void => {
    if (!cells.has(key)) cells.set(key, (values.size + variables.size) * cellBytes);
  };
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    const symbol = ts.isIdentifier(node) ? symbolOf(l, node) : undefined;
    const local = symbol && l.activation.locals.get(symbol);
    if (!symbol || !local || locals.has(symbol)) return;
    locals.set(symbol, local);
    if (isTied(local)) {
      report(l, node, "callbackCapture", { name: symbol.name });
      isFine = false;
    } else if (local.kind === "const") {
      withInsts(local.operand, (inst) => {
        const value = l.b.resolve(inst);
        if (value.op !== "const") addCell(values, value);
        return inst;
      });
    } else {
      for (const variable of variablesOf(local.shape)) {
        addCell(variables, variable);
        if (targets.has(symbol.name)) assigned.add(variable);
      }
    }
  };
  if (callback.body) visit(callback.body);
  const sizeBytes = (values.size + variables.size) * cellBytes;
  return isFine ? { values, variables, assigned, locals, sizeBytes, outer: l } : undefined;
}

/** Names on the left of an assignment, perhaps inside a pattern, or beside `++`. */
function assignedNames(callback: FunctionNode): ReadonlySet<string> {
  const names = new Set<string>();
  const addAll = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) names.add(node.text);
    ts.forEachChild(node, addAll);
  };
  const visit = (node: ts.Node): void => {
    const isAssignment =
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
      node.operatorToken.kind <= ts.SyntaxKind.LastAssignment;
    if (isAssignment) addAll(node.left);
    if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node)) addAll(node.operand);
    if (ts.isForOfStatement(node)) addAll(node.initializer);
    ts.forEachChild(node, visit);
  };
  visit(callback);
  return names;
}

/** It must be ended, or may become invalid: what happens to it has to be seen in one function. */
function isTied(local: Local): boolean {
  if (local.kind === "const") {
    const present = local.operand.kind === "nullable" ? local.operand.inner : local.operand;
    return (present.kind === "memory" || present.kind === "ref") && present.record !== undefined;
  }
  const shape = local.shape.kind === "nullablePointer" ? local.shape.inner : local.shape;
  return (shape.kind === "memory" || shape.kind === "ref") && shape.record !== undefined;
}

function variablesOf(shape: Shape): readonly Variable[] {
  switch (shape.kind) {
    case "nullablePointer":
      return [shape.inner.variable];
    case "nullableScalar":
      return [shape.present, shape.inner.variable];
    default:
      return [shape.variable];
  }
}

/** The operand with other instructions in the place of its own. */
function withInsts(operand: Operand, change: (inst: Inst) => Inst): Operand {
  switch (operand.kind) {
    case "int":
    case "bool":
    case "user":
    case "opaque":
    case "ctxArgs":
    case "ctxArray":
    case "packet":
      return { ...operand, value: change(operand.value) };
    case "ctx": {
      const record = operand.record && { ...operand.record, base: change(operand.record.base) };
      return { ...operand, value: change(operand.value), record };
    }
    case "quotient": {
      const side = (value: typeof operand.left): typeof operand.left => ({ ...value, value: change(value.value) });
      return { ...operand, left: side(operand.left), right: side(operand.right) };
    }
    case "memory":
    case "ref":
    case "kernel":
      return { ...operand, base: change(operand.base) };
    case "nullable":
      return { ...operand, present: change(operand.present), inner: withInsts(operand.inner, change) };
    case "void":
    case "null":
    case "text":
    case "static":
    case "error":
      return operand;
  }
}

// ---- outside ----------------------------------------------------------------------------------------------------

/** The record as it is when the call begins; null when there is nothing in it. */
export function storeCaptures(l: Lowering, captures: Captures): Inst {
  if (captures.sizeBytes === 0) return l.b.constant("ptr", 0n);
  const record = l.b.slot("captures", captures.sizeBytes, cellBytes);
  for (const [value, offset] of captures.values) storeCell(l, record, offset, value);
  for (const [variable, offset] of captures.variables) storeCell(l, record, offset, l.b.read(variable));
  return record;
}

/** Variables have the values that the callback left. */
export function reloadCaptures(l: Lowering, captures: Captures, record: Inst): void {
  for (const [variable, offset] of captures.variables) {
    if (captures.assigned.has(variable)) l.b.write(variable, loadCell(l, record, offset, variable.type));
  }
}

// ---- inside -----------------------------------------------------------------------------------------------------

/** The locals inside the callback, whose record is behind `record`. */
export function openCaptures(l: Lowering, captures: Captures, record: Inst): ReadonlyMap<ts.Symbol, Local> {
  const values = new Map<Inst, Inst>();
  for (const [value, offset] of captures.values) {
    if (value.type !== "void") values.set(value, loadCell(l, record, offset, value.type));
  }
  for (const [variable, offset] of captures.variables) {
    l.b.write(variable, loadCell(l, record, offset, variable.type));
  }
  const inside = (inst: Inst): Inst => {
    const value = captures.outer.b.resolve(inst);
    if (value.op === "const") return l.b.constant(value.type, value.value);
    return values.get(value) ?? inst;
  };
  return new Map(
    [...captures.locals].map(([symbol, local]): [ts.Symbol, Local] => {
      if (local.kind !== "const") return [symbol, local];
      return [symbol, { kind: "const", operand: withInsts(local.operand, inside) }];
    }),
  );
}

/** What the variables are now goes into the record. */
export function writeBack(l: Lowering, captures: Captures, record: Inst): void {
  for (const [variable, offset] of captures.variables) {
    if (captures.assigned.has(variable)) storeCell(l, record, offset, l.b.read(variable));
  }
}

function storeCell(l: Lowering, record: Inst, offset: number, value: Inst): void {
  l.b.store(value.type === "i32" ? "u32" : "u64", record, offset, value);
}

function loadCell(l: Lowering, record: Inst, offset: number, type: Variable["type"]): Inst {
  if (type === "i32") return l.b.load("i32", "u32", record, offset);
  const value = l.b.load("i64", "u64", record, offset);
  return type === "ptr" ? l.b.convert("int2ptr", "ptr", value) : value;
}
