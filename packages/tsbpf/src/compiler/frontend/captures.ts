// What a callback uses of the function around it: the kernel passes one pointer on, to a record on the stack with a
// cell for each value. Inside, the cells are read at the start and written back at the end of a round; outside, what
// may have changed is read again behind the call. Results are written only by the round that ends all.
//
// The verifier must not know the numbers that a round leaves. Before Linux 6.7 it would take those of the first round
// for all; since then it walks through the callback, and all behind the call, again for each number that a counter may
// have, as soon as anything depends on it.

import { ts } from "./typescript.js";
import { STACK_BYTES } from "../../bpf/stack.js";
import type { Variable } from "../ir/builder.js";
import { isInContext, type Inst } from "../ir/ir.js";
import { assert } from "../../util/assert.js";
import { changedVariables, isAssignment } from "./assigned.js";
import { report, symbolOf, type Lowering } from "./lowering.js";
import type { MemoryOperand, Operand } from "./operands.js";
import { memOfWidth, widestPieces } from "./pieces.js";
import { isAtLeast } from "./target.js";
import { sizeOf } from "./types.js";
import type { Local, Shape } from "./variables.js";

export interface Captures {
  /** Values that stay what they are, and where their cells begin in the record. */
  readonly values: ReadonlyMap<Inst, number>;
  /** Variables that are read or written inside. */
  readonly variables: ReadonlyMap<Variable, number>;
  readonly results: ReadonlyMap<Variable, number>;
  /** Those among them that may be another value afterwards. */
  readonly assigned: ReadonlySet<Variable>;
  /** Memory of the stack that the callback may change. */
  readonly changed: readonly MemoryOperand[];
  readonly locals: ReadonlyMap<ts.Symbol, Local>;
  readonly sizeBytes: number;
  /** The function around the callback. */
  readonly outer: Lowering;
}

const cellBytes = 8;

/**
 * Before Linux 6.7 the verifier walks through a callback once, with the numbers of the first round, and removes the
 * branches that it does not take there (the commit "bpf: verify callbacks as if they are called unknown number of
 * times" ended that).
 */
const roundsSince = "6.7";

/** What becomes a callback. */
export interface CallbackSource {
  readonly node: ts.Node;
  /** The parts of it that the callback runs. */
  readonly parts: readonly ts.Node[];
  /** What it uses that has no name in the source: variables that change, and values that do not. */
  readonly hidden?: { readonly variables: readonly Variable[]; readonly operands: readonly Operand[] };
  /** Numbers that the round that ends all leaves for what comes behind the call. */
  readonly results?: readonly Variable[];
}

/** The locals that the callback names. Undefined after a diagnostic. */
export function findCaptures(l: Lowering, source: CallbackSource): Captures | undefined {
  const locals = new Map<ts.Symbol, Local>();
  const values = new Map<Inst, number>();
  const variables = new Map<Variable, number>();
  const results = new Map<Variable, number>();
  const assigned = new Set<Variable>();
  const reassigned = reassignedNames(source.node);
  const touched = new Set([...assignedNames(source.node), ...passedNames(source.node)]);
  const changed: MemoryOperand[] = [];
  const looksOnce = !isAtLeast(l.target.kernel, roundsSince);
  let isFine = true;
  const addCell = <T>(cells: Map<T, number>, key: T): void => {
    if (!cells.has(key)) cells.set(key, (values.size + variables.size + results.size) * cellBytes);
  };
  const addOperand = (operand: Operand): void => {
    withInsts(operand, (inst) => {
      const value = l.b.resolve(inst);
      if (value.op !== "const") addCell(values, value);
      return inst;
    });
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
      const memory = onStack(local.operand);
      if (memory && touched.has(symbol.name)) changed.push(memory);
      addOperand(local.operand);
    } else {
      for (const variable of variablesOf(local.shape)) {
        addCell(variables, variable);
        const isReassigned = reassigned.has(symbol.name);
        if (isReassigned) assigned.add(variable);
        const isChanged = isReassigned || (touched.has(symbol.name) && isOnStack(local.shape));
        if (!isChanged || !looksOnce || variable.type !== "ptr") continue;
        const { major, minor } = l.target.kernel;
        const what = `A callback that changes '${symbol.name}', which is no number,`;
        report(l, node, "kernelTooOld", { what, needed: roundsSince, kernel: `${major}.${minor}` });
        isFine = false;
      }
    }
  };
  source.parts.forEach(visit);
  for (const operand of source.hidden?.operands ?? []) {
    addOperand(operand);
    if (!isTied({ kind: "const", operand })) continue;
    report(l, source.node, "callbackCapture", { name: "what it goes through" });
    isFine = false;
  }
  for (const variable of source.hidden?.variables ?? []) {
    addCell(variables, variable);
    assigned.add(variable);
  }
  for (const variable of source.results ?? []) addCell(results, variable);
  if (!isFine) return undefined;
  const sizeBytes = (values.size + variables.size + results.size) * cellBytes;
  return { values, variables, results, assigned, changed, locals, sizeBytes, outer: l };
}

function onStack(operand: Operand): MemoryOperand | undefined {
  const present = operand.kind === "nullable" ? operand.inner : operand;
  return present.kind === "memory" && present.space === "stack" ? present : undefined;
}

function isOnStack(shape: Shape): boolean {
  const present = shape.kind === "nullablePointer" ? shape.inner : shape;
  return present.kind === "memory" && present.space === "stack";
}

/** Names of variables that are something else afterwards. */
function reassignedNames(callback: ts.Node): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node): void => {
    for (const { text } of changedVariables(node)) names.add(text);
    ts.forEachChild(node, visit);
  };
  visit(callback);
  return names;
}

/** Names among the arguments and receivers of calls. */
function passedNames(callback: ts.Node): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: ts.Node, isPassed: boolean): void => {
    if (isPassed && ts.isIdentifier(node)) names.add(node.text);
    ts.forEachChild(node, (child) => visit(child, isPassed || ts.isCallExpression(node)));
  };
  visit(callback, false);
  return names;
}

/** Names on the left of an assignment, perhaps inside a pattern, or beside `++`. */
function assignedNames(callback: ts.Node): ReadonlySet<string> {
  const names = new Set<string>();
  const addAll = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) names.add(node.text);
    ts.forEachChild(node, addAll);
  };
  const visit = (node: ts.Node): void => {
    if (isAssignment(node)) addAll(node.left);
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
export function withInsts(operand: Operand, change: (inst: Inst) => Inst): Operand {
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
  for (const memory of captures.changed) forgetMemory(l, memory);
  if (captures.sizeBytes === 0) return l.b.constant("ptr", 0n);
  const record = l.b.slot("captures", captures.sizeBytes, cellBytes);
  for (const [value, offset] of captures.values) storeCell(l, record, offset, value);
  for (const [variable, offset] of captures.variables) storeVariable(l, captures, record, offset, variable);
  for (const variable of captures.results.keys()) storeResult(l, captures, record, variable, l.b.constant("i64", 0n));
  return record;
}

/** Variables have the values that the callback left. */
export function reloadCaptures(l: Lowering, captures: Captures, record: Inst): void {
  for (const [variable, offset] of captures.variables) {
    if (!captures.assigned.has(variable)) continue;
    const value = loadCell(l, record, offset, variable.type);
    // Of a boolean the verifier must see that it is one where a program answers it.
    l.b.write(variable, variable.type === "i32" ? l.b.compare("ne", value, l.b.constant("i32", 0n)) : value);
  }
  for (const memory of captures.changed) forgetMemory(l, memory);
}

/** What the last round left, or 0. */
export function loadResult(l: Lowering, captures: Captures, record: Inst, variable: Variable): Inst {
  return loadCell(l, record, resultOffset(captures, variable), "i64");
}

// ---- inside -----------------------------------------------------------------------------------------------------

/** What was captured, as it is inside. */
export interface Opened {
  readonly locals: ReadonlyMap<ts.Symbol, Local>;
  /** The values inside, by those of the function around. */
  readonly values: ReadonlyMap<Inst, Inst>;
  /** An operand of the function around. */
  readonly inside: (operand: Operand) => Operand;
}

/** Inside the callback, whose record is behind `record`. */
export function openCaptures(l: Lowering, captures: Captures, record: Inst): Opened {
  const values = new Map<Inst, Inst>();
  for (const [value, offset] of captures.values) {
    values.set(value, loadValue(l, record, offset, value));
  }
  for (const [variable, offset] of captures.variables) {
    l.b.write(variable, loadCell(l, record, offset, variable.type));
  }
  const inside = (inst: Inst): Inst => {
    const value = captures.outer.b.resolve(inst);
    if (value.op === "const") return l.b.constant(value.type, value.value);
    return values.get(value) ?? inst;
  };
  const locals = new Map(
    [...captures.locals].map(([symbol, local]): [ts.Symbol, Local] => {
      if (local.kind !== "const") return [symbol, local];
      return [symbol, { kind: "const", operand: withInsts(local.operand, inside) }];
    }),
  );
  return { locals, values, inside: (operand) => withInsts(operand, inside) };
}

/** What the variables are now goes into the record. */
export function writeBack(l: Lowering, captures: Captures, record: Inst): void {
  for (const [variable, offset] of captures.variables) {
    if (captures.assigned.has(variable)) storeVariable(l, captures, record, offset, variable);
  }
}

/** An i64. */
export function storeResult(l: Lowering, captures: Captures, record: Inst, variable: Variable, value: Inst): void {
  const offset = resultOffset(captures, variable);
  storeCell(l, record, offset, l.b.forget("i64", value));
}

function resultOffset(captures: Captures, variable: Variable): number {
  const offset = captures.results.get(variable);
  assert(offset !== undefined, `no cell for the result ${variable.name}`);
  return offset;
}

function storeVariable(l: Lowering, captures: Captures, record: Inst, offset: number, variable: Variable): void {
  const value = l.b.read(variable);
  const isForgotten = captures.assigned.has(variable) && variable.type !== "ptr";
  storeCell(l, record, offset, isForgotten ? l.b.forget(variable.type, value) : value);
}

/** All of it. What is larger than the stack lies in a map, whose values no verifier knows. */
function forgetMemory(l: Lowering, memory: MemoryOperand): void {
  const size = sizeOf(memory.type);
  if (size > STACK_BYTES) return;
  for (const { at, width } of widestPieces(memory, size)) {
    const value = l.b.load("i64", memOfWidth[width], memory.base, memory.offset + at);
    l.b.store(memOfWidth[width], memory.base, memory.offset + at, l.b.forget("i64", value));
  }
}

function storeCell(l: Lowering, record: Inst, offset: number, value: Inst): void {
  l.b.store(value.type === "i32" ? "u32" : "u64", record, offset, value);
}

/** What was captured, and what the verifier takes it for. */
function loadValue(l: Lowering, record: Inst, offset: number, value: Inst): Inst {
  if (isInContext(value)) return l.b.contextPointer(l.b.load("i64", "u64", record, offset));
  assert(value.type !== "void", "what gives nothing is captured");
  return loadCell(l, record, offset, value.type);
}

function loadCell(l: Lowering, record: Inst, offset: number, type: Variable["type"]): Inst {
  if (type === "i32") return l.b.load("i32", "u32", record, offset);
  const value = l.b.load("i64", "u64", record, offset);
  return type === "ptr" ? l.b.convert("int2ptr", "ptr", value) : value;
}
