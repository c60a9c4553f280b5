// Functions that a helper calls back: `bpfLoop` and `forEach` of maps. The callback becomes a function of the object;
// what it uses of the function around it goes through a record (captures.ts).

import { ts } from "./typescript.js";
import { FunctionBuilder } from "../ir/builder.js";
import type { Func, Inst, Type } from "../ir/ir.js";
import { assert } from "../../util/assert.js";
import { helperById, mayCall } from "../../bpf/helpers.js";
import { checkRecordUses } from "./access.js";
import {
  findCaptures,
  openCaptures,
  reloadCaptures,
  storeCaptures,
  writeBack,
  type Captures,
  type Opened,
} from "./captures.js";
import { asInt, lowerExpression, truth } from "./expressions.js";
import { bindParameter, isPlainFunction } from "./inline.js";
import { functionCost } from "./loops.js";
import { at, report, startSealed, type Activation, type Lowering } from "./lowering.js";
import { constantValue, convertTo, sizedInt, widen } from "./numbers.js";
import { copyTo, loadScalar, stackMemory } from "./memory.js";
import {
  errorOperand,
  voidOperand,
  type FunctionNode,
  type IntOperand,
  type MapDeclaration,
  type MemoryOperand,
  type Operand,
} from "./operands.js";
import type { Signature, SignatureType } from "./signatures.js";
import { lowerBody } from "./statements.js";
import {
  framesFree,
  isRecursive,
  newFunctionState,
  parametersOf,
  knownOr,
  uniqueName,
  type Subprogram,
} from "./subprograms.js";
import { isAtLeast } from "./target.js";
import { intTypes, isScalar, type DataType } from "./types.js";
import { describe } from "./variables.js";

/** What the kernel gives a callback in r1, r2, … */
interface Arrival {
  readonly name: string;
  readonly type: SignatureType;
  readonly value: Type;
}

/** A helper that calls a function back. */
interface Caller {
  readonly helper: number;
  readonly arrivals: readonly Arrival[];
  /** What the callback's own parameters are, made of the values that arrived. */
  readonly parameters: (l: Lowering, node: ts.Node, values: readonly Inst[]) => readonly Operand[];
}

/** bpf_loop. */
export const loopHelper = 181;

const context: Arrival = { name: "ctx", type: { kind: "context" }, value: "ptr" };

/** What bpf_loop gives: the round's number, and what it was given to pass on. */
export const loopArrivals: readonly Arrival[] = [{ name: "index", type: intTypes.u32, value: "i64" }, context];

/** Keyed by exported name. */
export const callbackHelpers: Readonly<Record<string, (l: Lowering, node: ts.CallExpression) => Operand>> = {
  bpfLoop: lowerLoop,
};

function lowerLoop(l: Lowering, node: ts.CallExpression): Operand {
  const [countNode, callbackNode] = node.arguments;
  const count = countNode && asInt(l, countNode, lowerExpression(l, countNode));
  if (!countNode || !callbackNode || !count) return errorOperand;
  const caller: Caller = {
    helper: loopHelper,
    arrivals: loopArrivals,
    parameters: (inner, _, [value]) => {
      assert(value, "bpf_loop gives an index");
      return [convertTo(inner, sizedInt(intTypes.u64, value), intTypes.u32)];
    },
  };
  const rounds = seeminglySome(l, convertTo(l, count, intTypes.u32));
  const result = callBack(l, node, callbackNode, caller, (callback, record) => [
    rounds,
    callback,
    record,
    l.b.constant("i64", 0n),
  ]);
  if (!result) return errorOperand;
  // Where the verifier puts the loop in place of the call, an error has only 32 bits (inline_bpf_loop).
  return sizedInt(intTypes.i64, widen(l, intTypes.i32, l.b.convert("trunc", "i32", result)));
}

/**
 * A verifier that knows that there is no round does not look at the callback (since Linux 6.7, check_helper_call in
 * kernel/bpf/verifier.c), removes it as dead code and, where nothing stands behind it, refuses the program, whose
 * function it does not find any more. So that it seems to be possible that there is one.
 */
function seeminglySome(l: Lowering, count: IntOperand): Inst {
  const known = constantValue(count);
  if (known !== undefined && known > 0n) return count.value;
  const unknown = l.b.forget("i64", l.b.constant("i64", 0n));
  return l.b.binary("add", count.value, l.b.binary("and", unknown, l.b.constant("i64", 1n)));
}

/** `map.forEach((value, key) => …)` */
export function forEach(l: Lowering, node: ts.CallExpression, map: MapDeclaration): Operand {
  const [callbackNode] = node.arguments;
  const { value } = map;
  const key = map.key ?? intTypes.u32;
  if (!callbackNode || !value) return errorOperand;
  const caller: Caller = {
    helper: 164,
    arrivals: [
      { name: "map", type: { kind: "context" }, value: "ptr" },
      { name: "key", type: { kind: "pointer", to: key }, value: "ptr" },
      { name: "value", type: { kind: "pointer", to: value }, value: "ptr" },
      context,
    ],
    parameters: (inner, place, [, keyPointer, valuePointer]) => {
      assert(keyPointer && valuePointer, "forEach gives a key and a value");
      return [behind(valuePointer, value, inner), copied(inner, place, keyPointer, key)];
    },
  };
  const result = callBack(l, node, callbackNode, caller, (callback, record) => [
    l.b.map(map.name),
    callback,
    record,
    l.b.constant("i64", 0n),
  ]);
  return result ? voidOperand : errorOperand;
}

/** A struct in the map is named, a scalar copied. */
function behind(pointer: Inst, type: DataType, l: Lowering): Operand {
  return isScalar(type) ? loadScalar(l, type, pointer, 0) : entryMemory(pointer, type);
}

function entryMemory(base: Inst, type: MemoryOperand["type"]): MemoryOperand {
  return { kind: "memory", type, base, offset: 0, align: 8, space: "map", record: undefined };
}

/** The key's own memory cannot be written: what the callback gets is a copy. */
function copied(l: Lowering, node: ts.Node, pointer: Inst, type: DataType): Operand {
  if (isScalar(type)) return loadScalar(l, type, pointer, 0);
  const copy = stackMemory(l, node, "key", type);
  copyTo(l, node, copy, entryMemory(pointer, type));
  return copy;
}

// ---- calling ----------------------------------------------------------------------------------------------------

/** The helper's result, or undefined after a diagnostic. */
function callBack(
  l: Lowering,
  node: ts.CallExpression,
  callbackNode: ts.Expression,
  caller: Caller,
  argumentsOf: (callback: Inst, record: Inst) => Inst[],
): Inst | undefined {
  const callback = callbackFunction(l, callbackNode);
  if (!callback || !mayCallBack(l, node, node.expression.getText(), caller.helper)) return undefined;
  const { name, node: callee } = callback;
  if (isRecursive(l, callbackNode, name, callee) || !isPlainFunction(l, callbackNode, name, callee)) return undefined;
  const captures = findCaptures(l, { node: callee, parts: callee.body ? [callee.body] : [] });
  if (!captures) return undefined;
  const made = makeCallback(l, captures, {
    name,
    call: node,
    node: callee,
    arrivals: caller.arrivals,
    lower: (inner, values) => {
      const operands = at(inner, callee, () => caller.parameters(inner, callee, values));
      for (const [index, parameter] of parametersOf(callee).entries()) {
        bindParameter(inner, parameter, parameter, operands[index] ?? errorOperand);
      }
      at(inner, callee, () => lowerBody(inner, callee));
    },
    leave: (inner, record, value, place) => leaveCallback(inner, captures, record, place, value),
  });
  return made && callWithRecord(l, node, made, captures, caller.helper, argumentsOf).result;
}

/** Calls the helper with the callback and its record, and goes on with what the callback left. */
export function callWithRecord(
  l: Lowering,
  node: ts.Node,
  made: Subprogram,
  captures: Captures,
  helper: number,
  argumentsOf: (callback: Inst, record: Inst) => Inst[],
): { readonly result: Inst; readonly record: Inst } {
  const record = storeCaptures(l, captures);
  const address = l.b.functionAddress(made.func.name);
  const result = at(l, node, () => l.b.call(helper, "i64", argumentsOf(address, record)));
  reloadCaptures(l, captures, record);
  l.loopCosts.push({ ...made.cost, ids: 0, ownBranches: 0 });
  l.traits.frames = Math.max(l.traits.frames, 1 + made.frames);
  if (made.movesPacket) {
    l.traits.movesPacket = true;
    for (const live of l.packetViews) l.b.write(live, l.b.constant("i32", 1n));
  }
  return { result, record };
}

function callbackFunction(l: Lowering, node: ts.Expression): { name: string; node: FunctionNode } | undefined {
  if (ts.isArrowFunction(node) || ts.isFunctionExpression(node)) return { name: "the callback", node };
  const operand = lowerExpression(l, node);
  if (operand.kind === "static" && operand.value.kind === "function") return operand.value;
  if (operand.kind !== "error") {
    report(l, node, "notCallable", {
      what: describe(operand),
      instead: "pass an arrow function, or one of the module",
    });
  }
  return undefined;
}

/** With a diagnostic where this program, or the kernel that it must run on, has no such helper. */
export function mayCallBack(l: Lowering, node: ts.Node, name: string, helperId: number): boolean {
  const helper = helperById(helperId);
  assert(helper, `the helper table has no ${helperId}`);
  if (!mayCall(helper, l.program.kind)) {
    const kinds = helper.programKinds === "all" ? "every kind" : helper.programKinds.join(", ");
    report(l, node, "helperKind", { helper: name, kind: l.program.kind, kinds });
    return false;
  }
  const { major, minor } = l.target.kernel;
  if (!isAtLeast(l.target.kernel, helper.since)) {
    report(l, node, "kernelTooOld", { what: `'${name}'`, needed: helper.since, kernel: `${major}.${minor}` });
    return false;
  }
  if (!l.subprograms.graph.makesTailCalls(l.program.handler)) return true;
  report(l, node, "tailCallFunction", { what: "A callback", program: l.program.name });
  return false;
}

/** How one callback is lowered. */
interface CallbackBody {
  /** For a message at the call. */
  readonly name: string;
  readonly call: ts.Node;
  readonly node: ts.Node;
  readonly arrivals: readonly Arrival[];
  readonly lower: (inner: Lowering, values: readonly Inst[], record: Inst, opened: Opened) => void;
  /** Ends a round at a `return`. */
  readonly leave: (inner: Lowering, record: Inst, value: Operand, place: ts.Node) => void;
}

/** The callback as a function of the object. Undefined after a diagnostic. */
export function makeCallback(
  l: Lowering,
  captures: Captures,
  { name: calleeName, call, node, arrivals, lower, leave }: CallbackBody,
): Subprogram | undefined {
  const name = uniqueName(l, l.subprograms, `${l.b.func.name}_callback`);
  const b = new FunctionBuilder(name, undefined, "void", "anything");
  const values = arrivals.map((arrival) => b.addParam(arrival.value));
  const record = values.at(-1);
  assert(record, "a callback without a context");
  const activation: Activation = {
    name,
    node,
    caller: l.activation,
    locals: new Map(),
    usings: [],
    jumps: [],
    leave: (value, place) => at(inner, place, () => leave(inner, record, value, place)),
  };
  const inner: Lowering = {
    ...l,
    b,
    activation,
    ...newFunctionState(true),
  };
  const diagnosticsBefore = inner.diagnostics.length;
  const opened = openCaptures(inner, captures, record);
  for (const [symbol, local] of opened.locals) activation.locals.set(symbol, local);
  lower(inner, values, record, opened);
  checkRecordUses(inner);
  const func: Func = { ...b.finish(), returns: "i32", voidReturn: "zero" };
  if (inner.diagnostics.length > diagnosticsBefore) return undefined;
  if (inner.traits.frames > framesFree(l)) {
    report(l, call, "callDepth", { name: calleeName });
    return undefined;
  }
  const params = arrivals.map((arrival) => ({ name: arrival.name, type: arrival.type }));
  const signature: Signature = { linkage: "static", params, returns: intTypes.i32 };
  const { movesPacket, frames } = inner.traits;
  const common = { node, frames, movesPacket, cost: functionCost(inner) };
  const made: Subprogram = {
    ...common,
    func,
    signature,
    role: "callback",
    result: undefined,
    values: [],
    visible: undefined,
  };
  return knownOr(l.subprograms, made);
}

/** The verifier wants to see 0 or 1 (check_return_code, kernel/bpf/verifier.c): 1 ends the walk. */
function leaveCallback(l: Lowering, captures: Captures, record: Inst, node: ts.Node, value: Operand): void {
  const isPlain = value.kind === "void" || value.kind === "null" || value.kind === "error";
  const stops = isPlain ? undefined : truth(l, node, value);
  writeBack(l, captures, record);
  if (!stops) return l.b.ret(l.b.constant("i32", 0n));
  const [end, next] = [l.b.createBlock(), l.b.createBlock()];
  l.b.branch(stops, end, next);
  startSealed(l, end);
  l.b.ret(l.b.constant("i32", 1n));
  startSealed(l, next);
  l.b.ret(l.b.constant("i32", 0n));
}
