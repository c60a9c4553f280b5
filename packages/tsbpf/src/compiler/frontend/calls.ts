// Calls: conversions, struct values, module functions, methods of maps, helpers.

import { ts } from "./typescript.js";
import { optionally } from "./access.js";
import { asInt, fromStatic, lowerExpression, truth } from "./expressions.js";
import { callGlobalFunction } from "./global-functions.js";
import { lowerHelper } from "./helper-calls.js";
import { callbackHelpers } from "./callbacks.js";
import { callIntrinsic } from "./intrinsics.js";
import { lowerMapMethod, lowerRecordMethod } from "./map-calls.js";
import { fieldPlace, stackMemory, writePlace, zeroMemory } from "./memory.js";
import { callFunction } from "./inline.js";
import { packetView } from "./packets.js";
import { report, startSealed, type Lowering } from "./lowering.js";
import { convertTo, imul, plainNumber, safeRange, truncatedQuotient } from "./numbers.js";
import { errorOperand, type IntOperand, type Operand, type Static } from "./operands.js";
import { lowerRefMethod } from "./refs.js";
import { propertyName, tryEvaluate } from "./statics.js";
import { isText, lowerTextMethod } from "./text.js";
import { unsupported } from "./unsupported.js";
import type { DataType, IntType, StructType } from "./types.js";
import { visibleRange } from "./visible.js";
import { describe, readShape, scalarShape, writeShape } from "./variables.js";

export function lowerCall(l: Lowering, node: ts.CallExpression): Operand {
  if (ts.isOptionalChain(node)) return optionalCall(l, node);
  const known = tryEvaluate(l, node);
  if (known) return fromStatic(l, node, known);
  if (ts.isPropertyAccessExpression(node.expression)) {
    const method = lowerMethod(l, node, node.expression);
    if (method) return method;
  }
  const callee = lowerExpression(l, node.expression);
  if (callee.kind === "error") return errorOperand;
  if (callee.kind === "static") return callStatic(l, node, callee.value);
  report(l, node.expression, "notCallable", { what: describe(callee), instead: "call a function of the module" });
  return errorOperand;
}

/** `map.ref(key)?.add(1n)`: a method of a reference that may be missing. */
function optionalCall(l: Lowering, node: ts.CallExpression): Operand {
  const callee = node.expression;
  if (ts.isPropertyAccessExpression(callee) && callee.questionDotToken && !tryEvaluate(l, callee.expression)) {
    const object = lowerExpression(l, callee.expression);
    const present = object.kind === "nullable" ? object.inner : object;
    if (object.kind === "error") return errorOperand;
    if (present.kind === "ref") return optionally(l, node, object, () => lowerRefMethod(l, node, callee, present));
  }
  report(l, node, "unsupportedSyntax", { what: "An optional call", instead: "check it first: `if (x) { … }`" });
  return errorOperand;
}

/** `map.get(…)`, `record.submit()`, `Math.trunc(…)`; undefined for a plain function of a module or record. */
function lowerMethod(l: Lowering, node: ts.CallExpression, callee: ts.PropertyAccessExpression): Operand | undefined {
  const owner = tryEvaluate(l, callee.expression);
  if (owner?.kind === "map") return lowerMapMethod(l, node, callee, owner.map);
  if (owner?.kind === "math") return callMath(l, node, callee.name.text);
  if (owner && owner.kind !== "data") return undefined;
  const object = lowerExpression(l, callee.expression);
  if (object.kind === "error") return errorOperand;
  // A name for a map: a `const`, or the parameter of a function that is inlined.
  if (object.kind === "static" && object.value.kind === "map") return lowerMapMethod(l, node, callee, object.value.map);
  const memory = object.kind === "nullable" ? object.inner : object;
  if (memory.kind === "packet" && callee.name.text === "view") return packetView(l, node, memory);
  if (isText(memory)) return lowerTextMethod(l, node, callee, memory);
  if (memory.kind === "memory" && memory.record?.kind === "record") return lowerRecordMethod(l, node, callee, memory);
  if (memory.kind === "ref") return lowerRefMethod(l, node, callee, memory);
  report(l, callee.name, "unknownProperty", {
    name: callee.name.text,
    what: describe(object),
    instead: "see LANGUAGE.md for what there is",
  });
  return errorOperand;
}

function callStatic(l: Lowering, node: ts.CallExpression, callee: Static): Operand {
  switch (callee.kind) {
    case "schema":
      return callSchema(l, node, callee.type);
    case "function":
      return callee.isGlobal ? callGlobalFunction(l, node, callee) : callFunction(l, node, callee.name, callee.node);
    case "intrinsic":
      if (Object.hasOwn(callbackHelpers, callee.name)) return callbackHelpers[callee.name]?.(l, node) ?? errorOperand;
      return callIntrinsic(l, node, callee.name) ?? lowerHelper(l, node, callee.name);
    case "error":
      return errorOperand;
    default:
      report(l, node.expression, "notCallable", {
        what: describe({ kind: "static", value: callee }),
        instead: "call a function of the module",
      });
      return errorOperand;
  }
}

// ---- schemas ----------------------------------------------------------------------------------------------------

function callSchema(l: Lowering, node: ts.CallExpression, type: DataType): Operand {
  if (type.kind === "struct") return makeStruct(l, node, type);
  const argument = node.arguments[0];
  if (type.kind === "array" || !argument) {
    report(l, node.expression, "notCallable", { what: "This schema", instead: "use it as the type of a field" });
    return errorOperand;
  }
  const operand = lowerExpression(l, argument);
  if (operand.kind === "error") return errorOperand;
  if (type.kind === "bool") {
    const value = truth(l, argument, operand);
    return value ? { kind: "bool", value } : errorOperand;
  }
  return convertOperand(l, argument, operand, type);
}

/** `u32(x)` of a number, a bigint, a boolean or a quotient. */
function convertOperand(l: Lowering, node: ts.Node, operand: Operand, type: IntType): Operand {
  if (operand.kind === "quotient") return convertTo(l, operand, type);
  if (operand.kind === "bool") {
    const value = l.b.convert("zext", "i64", operand.value);
    return { ...plainNumber(value, { low: 0n, high: 1n }), type };
  }
  const int = asInt(l, node, operand);
  return int ? convertTo(l, int, type) : errorOperand;
}

/** A struct on the stack: zeros, then the fields that are given. */
function makeStruct(l: Lowering, node: ts.CallExpression, type: StructType): Operand {
  const memory = stackMemory(l, node, type.name || "struct", type);
  zeroMemory(l, memory);
  const init = node.arguments[0];
  if (init) initFields(l, init, type, memory);
  return memory;
}

function initFields(l: Lowering, init: ts.Expression, type: StructType, memory: ReturnType<typeof stackMemory>): void {
  if (!ts.isObjectLiteralExpression(init)) {
    report(l, init, "notAValue", {
      what: "What the struct is made from",
      instead: "give the fields as an object literal: `{ pid: 1 }`",
    });
    return;
  }
  for (const property of init.properties) {
    const value = initializerOf(property);
    if (!value || !property.name) {
      unsupported(l, property);
      continue;
    }
    const name = propertyName(property.name);
    const field = type.fields.find((candidate) => candidate.name === name);
    if (!field) continue; // TypeScript has said so already.
    writePlace(l, value, fieldPlace(memory, field), nestedValue(l, value, field.type));
  }
}

function initializerOf(property: ts.ObjectLiteralElementLike): ts.Expression | undefined {
  if (ts.isPropertyAssignment(property)) return property.initializer;
  return ts.isShorthandPropertyAssignment(property) ? property.name : undefined;
}

/** A nested struct's fields may be given as an object literal of their own. */
function nestedValue(l: Lowering, node: ts.Expression, type: DataType): Operand {
  if (type.kind !== "struct" || !ts.isObjectLiteralExpression(node)) return lowerExpression(l, node);
  const memory = stackMemory(l, node, type.name || "struct", type);
  zeroMemory(l, memory);
  initFields(l, node, type, memory);
  return memory;
}

// ---- Math -------------------------------------------------------------------------------------------------------

function callMath(l: Lowering, node: ts.CallExpression, name: string): Operand {
  const operands = node.arguments.map((argument) => ({ argument, operand: lowerExpression(l, argument) }));
  const first = operands[0];
  if (operands.some(({ operand }) => operand.kind === "error") || !first) return errorOperand;
  if (name === "trunc") {
    if (first.operand.kind === "quotient") return truncatedQuotient(l, first.operand);
    return asInt(l, first.argument, first.operand) ?? errorOperand;
  }
  const second = operands[1];
  const a = asInt(l, first.argument, first.operand);
  const b = second && asInt(l, second.argument, second.operand);
  if (!a || !b) return errorOperand;
  if (name === "imul") return imul(l, a, b);
  if (name === "min" || name === "max") return extreme(l, node, name, a, b);
  report(l, node.expression, "notCallable", {
    what: `Math.${name}`,
    instead: "there are Math.trunc, Math.imul, Math.min and Math.max",
  });
  return errorOperand;
}

function extreme(l: Lowering, node: ts.Node, name: "min" | "max", a: IntOperand, b: IntOperand): Operand {
  const shape = scalarShape(name, "number");
  const takeSecond = l.b.createBlock();
  const join = l.b.createBlock();
  writeShape(l, node, name, shape, a);
  l.b.branch(l.b.compare(name === "min" ? "slt" : "sgt", b.value, a.value), takeSecond, join);
  startSealed(l, takeSecond);
  writeShape(l, node, name, shape, b);
  l.b.jump(join);
  startSealed(l, join);
  const joined = readShape(l, shape);
  if (joined.kind !== "int") return joined;
  const pick = (x: bigint, y: bigint): bigint => (name === "min" ? (x < y ? x : y) : x > y ? x : y);
  const range = { low: pick(a.range.low, b.range.low), high: pick(a.range.high, b.range.high) };
  // The verifier learns as much from the branch.
  const seen = [a, b].map((side) => visibleRange(l, side.value));
  const [first, second] = seen;
  if (first && second) {
    l.counters.set(joined.value, { low: pick(first.low, second.low), high: pick(first.high, second.high) });
  }
  // A bound that comes from a plain variable is only that of safe integers; one that comes from the other side holds.
  const isOpen = range.low === safeRange.low || range.high === safeRange.high;
  return plainNumber(joined.value, range, (a.loose || b.loose) && isOpen);
}
