// Functions of the modules that are called rather than copied (BPF-to-BPF calls). Which ones is a question of size
// alone (call-graph.ts): whatever cannot be a call is inlined, and means the same.

import { ts } from "./typescript.js";
import { MAX_FRAMES } from "../../bpf/stack.js";
import { FunctionBuilder } from "../ir/builder.js";
import type { Func, Inst, Type } from "../ir/ir.js";
import { printFunc } from "../ir/text.js";
import { assert } from "../../util/assert.js";
import { checkRecordUses } from "./access.js";
import { noCalls, type CallGraph } from "./call-graph.js";
import { isKernelName } from "./declarations.js";
import { tighten } from "./expressions.js";
import { bindParameter, newReturn, resultShape, type Argument, type Returned } from "./inline.js";
import { functionCost, type LoopCost } from "./loops.js";
import { at, report, type Activation, type Compilation, type Lowering } from "./lowering.js";
import { errorOperand, voidOperand, type FunctionNode, type Operand, type Range } from "./operands.js";
import {
  argumentOf,
  keysOf,
  isContextClass,
  parameterClass,
  parameterOperand,
  type ParameterClass,
  valueType,
} from "./parameters.js";
import type { Signature, SignatureType } from "./signatures.js";
import { lowerBody } from "./statements.js";
import { visibleRange } from "./visible.js";
import { readShape, writeShape, type Shape } from "./variables.js";

/** Registers r1 to r5. */
export const parameterMax = 5;

/** From here on a function is called even where copies of it would be quicker. */
const copiesGainMin = 2000;

/** A function as it stands in the object, for one choice of parameters. */
export interface Subprogram {
  readonly func: Func;
  readonly signature: Signature;
  readonly node: ts.Node;
  /** "copy": it could as well be inlined. */
  readonly role: "copy" | "global" | "callback";
  /** Frames of the stack that a call of it takes, its own among them. */
  readonly frames: number;
  readonly movesPacket: boolean;
  readonly cost: LoopCost;
  /** Undefined for a function without a result. */
  readonly result: ResultShape | undefined;
  /** What it may return; the values themselves are those of another function. */
  readonly values: readonly Operand[];
  /** What the verifier knows of the result. */
  readonly visible: Range | undefined;
}

type ResultShape = Shape & { readonly kind: "int" | "bool" };

/** The subprograms of a module. */
export interface Subprograms {
  /** Known when the modules have been looked through. */
  graph: CallGraph;
  /** False where every function that can be is inlined. */
  readonly callsFunctions: boolean;
  /** By function and parameters; undefined for what could not be made, or is being made. */
  readonly known: Map<string, Subprogram | undefined>;
  readonly list: Subprogram[];
  readonly ids: Map<object, number>;
  /** Where the diagnostics of global functions go, which are made once for all callers. */
  readonly messages: Pick<Compilation, "diagnostics" | "reported">;
}

export function newSubprograms(callsFunctions: boolean, messages: Subprograms["messages"]): Subprograms {
  return { graph: noCalls, callsFunctions, messages, known: new Map(), list: [], ids: new Map() };
}

/** What is known of the function that is being lowered only when it is done. */
export interface Traits {
  readonly isSubprogram: boolean;
  movesPacket: boolean;
  makesTailCalls: boolean;
  /** Its own frame, and those of what it calls. */
  frames: number;
  /** How many steps the verifier takes in the functions that it calls so far, about. */
  stepsInCalls: number;
}

function newTraits(isSubprogram: boolean): Traits {
  return { isSubprogram, movesPacket: false, makesTailCalls: false, frames: 1, stepsInCalls: 0 };
}

/** What the front end keeps of one function while it lowers it. */
export function newFunctionState(
  isSubprogram: boolean,
): Pick<Lowering, "loopCosts" | "counters" | "sharedByRounds" | "packetViews" | "recordUses" | "traits"> {
  return {
    loopCosts: [],
    counters: new Map(),
    sharedByRounds: new Set(),
    packetViews: [],
    recordUses: [],
    traits: newTraits(isSubprogram),
  };
}

/** The call's value, or undefined where the function is to be inlined. */
export function callSubprogram(
  l: Lowering,
  node: ts.CallExpression,
  name: string,
  callee: FunctionNode,
  args: readonly Argument[],
): Operand | undefined {
  const gain = l.subprograms.callsFunctions ? l.subprograms.graph.growthOf(callee) : 0;
  if (gain === 0) return undefined;
  // Tail calls and subprograms together are only for some machines and kernels, and for half of the stack.
  if (l.subprograms.graph.makesTailCalls(l.program.handler)) return undefined;
  const classes = classify(l, callee, args);
  if (!classes) return undefined;
  if (gain < copiesGainMin && isBetterCopied(l, l.subprograms.graph, callee, args)) return undefined;
  const subprogram = findOrMake(l, { name, callee, classes, linkage: "static" });
  if (!subprogram || subprogram.frames > framesFree(l)) return undefined;
  return emitCall(l, node, subprogram, classes, args);
}

/**
 * The verifier gives up after a million (BPF_COMPLEXITY_LIMIT_INSNS). What was lowered is counted here, of which
 * the passes, and branches never taken, leave a part: only what doubles from call to call comes this far.
 */
const stepsMax = 64_000_000;

/** In one function, with what is copied into it: to go on could double the time with each level of calls. */
const copiesMax = 400_000;

/** True, with a diagnostic, where functions that call functions have made a program that no verifier takes. */
export function isTooMuch(l: Lowering): boolean {
  if (l.b.func.nextId <= copiesMax && l.b.func.nextId + l.traits.stepsInCalls <= stepsMax) return false;
  report(l, l.program.node, "tooManySteps", { name: l.program.name });
  return true;
}

/** How many frames the functions may take that are called here: a subprogram has at least a program above it. */
export function framesFree(l: Lowering): number {
  return l.traits.isSubprogram ? MAX_FRAMES - 2 : MAX_FRAMES - 1;
}

/** True, with a diagnostic, for a function that is being lowered already. */
export function isRecursive(l: Lowering, node: ts.Node, name: string, callee: FunctionNode): boolean {
  for (let caller: Activation | undefined = l.activation; caller; caller = caller.caller) {
    if (caller.node === callee) {
      report(l, node, "recursion", { name });
      return true;
    }
  }
  return false;
}

/**
 * Memory of the stack can become registers as long as nothing but copies of functions see it, and much of a copy can go
 * where an argument is a constant.
 */
function isBetterCopied(l: Lowering, graph: CallGraph, callee: FunctionNode, args: readonly Argument[]): boolean {
  return parametersOf(callee).some((parameter, index) => {
    const operand = args[index]?.operand;
    if (operand?.kind === "memory" || operand?.kind === "ref") return operand.space === "stack";
    const isConstant =
      (operand?.kind === "int" || operand?.kind === "bool") && l.b.resolve(operand.value).op === "const";
    return isConstant && graph.isDecisive(parameter);
  });
}

/** Undefined where a parameter is none that a call can pass. */
function classify(l: Lowering, callee: FunctionNode, args: readonly Argument[]): readonly ParameterClass[] | undefined {
  const parameters = parametersOf(callee);
  if (parameters.length > parameterMax || args.length !== parameters.length) return undefined;
  const classes: ParameterClass[] = [];
  for (const [index, parameter] of parameters.entries()) {
    const operand = args[index]?.operand;
    const one = operand && !parameter.dotDotDotToken ? parameterClass(l, parameter, operand) : undefined;
    if (!one) return undefined;
    classes.push(one);
  }
  return classes;
}

/** `this: void` only tells TypeScript something. */
export function parametersOf(callee: FunctionNode): readonly ts.ParameterDeclaration[] {
  return callee.parameters.filter((parameter) => parameter.name.getText() !== "this");
}

export function emitCall(
  l: Lowering,
  node: ts.CallExpression,
  subprogram: Subprogram,
  classes: readonly ParameterClass[],
  args: readonly Argument[],
): Operand {
  const values = classes.map((one, index) => {
    const argument = args[index];
    assert(argument, `a call of ${subprogram.func.name} without argument ${index}`);
    return argumentOf(l, argument.node, one, argument.operand);
  });
  if (!values.every((value) => value !== undefined)) return errorOperand;
  const { func, result, cost } = subprogram;
  const value = at(l, node, () => l.b.callFunction(func.name, func.returns, values));
  l.loopCosts.push({ ...cost, ids: 0, ownBranches: 0 });
  l.traits.frames = Math.max(l.traits.frames, 1 + subprogram.frames);
  // A global function is gone through once, on its own.
  if (func.linkage !== "global") l.traits.stepsInCalls += cost.instructions;
  if (isTooMuch(l)) return errorOperand;
  if (subprogram.movesPacket) {
    l.traits.movesPacket = true;
    for (const live of l.packetViews) l.b.write(live, l.b.constant("i32", 1n));
  }
  if (!result) return voidOperand;
  // Of a global function the verifier knows only that it gives some number.
  if (func.linkage === "global" && result.kind === "bool") {
    return { kind: "bool", value: l.b.compare("ne", value, l.b.constant("i32", 0n)) };
  }
  if (func.linkage === "global") return fromResult(l, result, value);
  if (subprogram.visible) l.counters.set(value, subprogram.visible);
  return tighten(fromResult(l, result, value), subprogram.values);
}

/** What came back in r0, as the front end holds it. */
function fromResult(l: Lowering, shape: ResultShape, value: Inst): Operand {
  if (shape.kind === "bool") return { kind: "bool", value };
  const isNarrow = shape.type !== "number" && shape.type.bits < 64;
  const low = isNarrow && value.type === "i64" ? l.b.convert("trunc", "i32", value) : value;
  l.b.write(shape.variable, isNarrow ? l.b.convert(shape.type.signed ? "sext" : "zext", "i64", low) : value);
  return readShape(l, shape);
}

// ---- making one -------------------------------------------------------------------------------------------------

/** One function with one choice of parameters. */
export interface Wanted {
  readonly name: string;
  readonly callee: FunctionNode;
  readonly classes: readonly ParameterClass[];
  readonly linkage: Func["linkage"];
}

/** Undefined where it cannot be made: of a global function, after a diagnostic. */
export function findOrMake(l: Lowering, wanted: Wanted): Subprogram | undefined {
  const { subprograms } = l;
  const { callee, classes } = wanted;
  const key = [callee, l.program.kind, ...classes.flatMap((one) => keysOf(l, one))]
    .map((part) => (typeof part === "object" ? idOf(subprograms, part) : part))
    .join(" ");
  if (subprograms.known.has(key)) return subprograms.known.get(key);
  // Until it is done: a function that calls itself is inlined, which gives the diagnostic.
  subprograms.known.set(key, undefined);
  const isGlobal = wanted.linkage === "global";
  const name = isGlobal ? wanted.name : uniqueName(l, subprograms, wanted.name);
  const made = makeSubprogram(l, { ...wanted, name });
  if (!made) return undefined;
  const result = knownOr(subprograms, made);
  subprograms.known.set(key, result);
  return result;
}

/** The one that was made of the same source and came out the same, or this one, which is new. */
export function knownOr(subprograms: Subprograms, made: Subprogram): Subprogram {
  const text = textOf(made.func);
  const same = subprograms.list.find(({ node, func }) => node === made.node && textOf(func) === text);
  if (!same) subprograms.list.push(made);
  return same ?? made;
}

function idOf(subprograms: Subprograms, part: object): number {
  const id = subprograms.ids.get(part) ?? subprograms.ids.size;
  subprograms.ids.set(part, id);
  return id;
}

function textOf(func: Func): string {
  return printFunc({ ...func, name: "f" });
}

export function uniqueName(l: Lowering, subprograms: Subprograms, name: string): string {
  const base = isKernelName(name) ? name : "function";
  const isTaken = (candidate: string): boolean =>
    l.names.has(candidate) || subprograms.list.some(({ func }) => func.name === candidate);
  let unique = base;
  for (let count = 2; isTaken(unique); count++) unique = `${base}_${count}`;
  return unique;
}

/** Lowers the body into a function of its own. Undefined where that is not possible without a diagnostic. */
function makeSubprogram(l: Lowering, { name, callee, classes, linkage }: Wanted): Subprogram | undefined {
  const b = new FunctionBuilder(name, undefined, "void", "anything");
  const made: Made = { returned: newReturn(l, name, callee), visible: [], linkage };
  const activation: Activation = {
    name,
    node: callee,
    caller: l.activation,
    locals: new Map(),
    usings: [],
    jumps: [],
    leave: (value, place) => at(sub, place, () => leaveSubprogram(sub, made, place, value)),
  };
  const sub: Lowering = {
    ...l,
    ...(linkage === "static" ? { diagnostics: [], reported: new Set() } : l.subprograms.messages),
    b,
    activation,
    ...newFunctionState(true),
  };
  const diagnosticsBefore = sub.diagnostics.length;
  const params = classes.map((one) => parameterOperand(sub, one, b.addParam(valueType(one), isContextClass(one))));
  const isBound = parametersOf(callee).map((parameter, index) =>
    bindParameter(sub, parameter, parameter, params[index] ?? errorOperand),
  );
  at(sub, callee, () => lowerBody(sub, callee));
  checkRecordUses(sub);
  const isWhole = isBound.every(Boolean) && sub.diagnostics.length === diagnosticsBefore && !made.returned.isError;
  if (!isWhole || sub.traits.makesTailCalls || made.returned.values.length === 0) return undefined;
  const { shape } = made.returned;
  const result = shape && isResult(shape) ? shape : undefined;
  const finished = b.finish();
  const func: Func = result
    ? { ...finished, linkage, returns: typeInRegister(result, linkage), voidReturn: "zero" }
    : { ...finished, linkage };
  const { movesPacket, frames } = sub.traits;
  const signature = signatureOf(callee, classes, result, linkage);
  const { values } = made.returned;
  const cost = functionCost(sub);
  const role = linkage === "global" ? "global" : "copy";
  return {
    func,
    signature,
    node: callee,
    role,
    frames,
    movesPacket,
    cost,
    result,
    values,
    visible: join(made.visible),
  };
}

/** What the `return`s gave. */
interface Made {
  readonly returned: Returned;
  readonly visible: (Range | undefined)[];
  readonly linkage: Func["linkage"];
}

function isResult(shape: Shape): shape is ResultShape {
  return shape.kind === "int" || shape.kind === "bool";
}

/** The verifier knows nothing of the upper half of what a global function gives, so that its callers cut it off. */
function typeInRegister(shape: ResultShape, linkage: Func["linkage"]): Type {
  if (shape.kind === "bool") return "i32";
  return shape.type !== "number" && shape.type.bits < 64 && linkage === "static" ? "i32" : "i64";
}

function leaveSubprogram(l: Lowering, { returned, visible, linkage }: Made, node: ts.Node, value: Operand): void {
  returned.values.push(value);
  if (returned.declared?.kind === "void") {
    l.b.ret(undefined);
    return;
  }
  returned.shape ??= value.kind === "error" ? undefined : resultShape(l, returned, value);
  const { shape } = returned;
  if (!shape || !isResult(shape) || writeShape(l, node, returned.name, shape, value).kind === "error") {
    returned.isError = true;
    l.b.ret(undefined);
    return;
  }
  const whole = l.b.read(shape.variable);
  visible.push(visibleRange(l, whole));
  const isNarrow = shape.kind === "int" && typeInRegister(shape, linkage) === "i32";
  l.b.ret(isNarrow ? l.b.convert("trunc", "i32", whole) : whole);
}

/** The bounds that hold for all of them. */
function join(ranges: readonly (Range | undefined)[]): Range | undefined {
  const known = ranges.filter((range) => range !== undefined);
  if (known.length === 0 || known.length < ranges.length) return undefined;
  const low = known.map((range) => range.low).reduce((a, b) => (a < b ? a : b));
  const high = known.map((range) => range.high).reduce((a, b) => (a > b ? a : b));
  return { low, high };
}

function signatureOf(
  callee: FunctionNode,
  classes: readonly ParameterClass[],
  result: ResultShape | undefined,
  linkage: Func["linkage"],
): Signature {
  const params = parametersOf(callee).map(({ name }, index) => {
    const one = classes[index];
    assert(one, "a parameter without a class");
    const isPlain = ts.isIdentifier(name) && isKernelName(name.text);
    return { name: isPlain ? name.text : `arg${index + 1}`, type: typeOfClass(one) };
  });
  return { linkage, params, returns: typeOfResult(result) };
}

function typeOfClass(one: ParameterClass): SignatureType {
  switch (one.kind) {
    case "int":
      return one.type === "number" ? { kind: "number" } : one.type;
    case "bool":
      return { kind: "bool" };
    case "memory":
    case "ref":
      return { kind: "pointer", to: one.type };
    case "kernel":
      return { kind: "address" };
    case "ctx":
      return { kind: "context" };
  }
}

function typeOfResult(result: ResultShape | undefined): SignatureType {
  if (!result) return { kind: "void" };
  if (result.kind === "bool") return { kind: "bool" };
  return result.type === "number" ? { kind: "number" } : result.type;
}
