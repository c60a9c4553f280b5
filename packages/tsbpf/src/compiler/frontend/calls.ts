// Calls: conversions, struct values, module functions (inlined), methods of maps, helpers.

import ts from "typescript";
import { asInt, fromStatic, lowerExpression, truth } from "./expressions.js";
import { lowerHelper } from "./helper-calls.js";
import { callIntrinsic } from "./intrinsics.js";
import { lowerMapMethod, lowerRecordMethod } from "./map-calls.js";
import { fieldPlace, stackMemory, writePlace, zeroMemory } from "./memory.js";
import { jumpTo, report, startSealed, type Activation, type Lowering } from "./lowering.js";
import { convertTo, imul, plainNumber, truncatedQuotient } from "./numbers.js";
import {
  errorOperand, voidOperand, type FunctionNode, type IntOperand, type MemoryOperand, type Operand, type Static,
} from "./operands.js";
import { declaringNames, propertyName, tryEvaluate } from "./statics.js";
import { lowerBody } from "./statements.js";
import { unsupported } from "./unsupported.js";
import { declaredType, intTypes, type DataType, type IntType, type ScalarType, type StructType } from "./types.js";
import {
  describe, readShape, scalarShape, shapeFor, writeShape, type Local, type Shape,
} from "./variables.js";

export function lowerCall(l: Lowering, node: ts.CallExpression): Operand {
  const known = tryEvaluate(l, node);
  if (known) return fromStatic(l, known);
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

/** `map.get(…)`, `record.submit()`, `Math.trunc(…)`; undefined for a plain function of a module or record. */
function lowerMethod(
  l: Lowering,
  node: ts.CallExpression,
  callee: ts.PropertyAccessExpression,
): Operand | undefined {
  const owner = tryEvaluate(l, callee.expression);
  if (owner?.kind === "map") return lowerMapMethod(l, node, callee, owner.map);
  if (owner?.kind === "math") return callMath(l, node, callee.name.text);
  if (owner) return undefined;
  const object = lowerExpression(l, callee.expression);
  if (object.kind === "error") return errorOperand;
  const memory = object.kind === "nullable" ? object.inner : object;
  if (memory.kind === "memory" && memory.record) return lowerRecordMethod(l, node, callee, memory);
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
      return inline(l, node, callee.name, callee.node);
    case "intrinsic":
      if (declaringNames.has(callee.name)) {
        report(l, node, "schemaPlace", { what: "A schema" });
        return errorOperand;
      }
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
  const memory = stackMemory(l, type.name || "struct", type);
  zeroMemory(l, memory);
  const init = node.arguments[0];
  if (init) initFields(l, init, type, memory);
  return memory;
}

function initFields(
  l: Lowering,
  init: ts.Expression,
  type: StructType,
  memory: ReturnType<typeof stackMemory>,
): void {
  if (!ts.isObjectLiteralExpression(init)) {
    report(l, init, "notAValue", { what: "This value", instead: "give the fields as an object literal: `{ pid: 1 }`" });
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
  const memory = stackMemory(l, type.name || "struct", type);
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
  // One side that is bounded bounds the smaller of both; plain variables stay loose otherwise.
  return plainNumber(joined.value, range, a.loose && b.loose);
}

// ---- module functions -------------------------------------------------------------------------------------------

/** Lowers the function's body in place of the call. */
function inline(l: Lowering, node: ts.CallExpression, name: string, callee: FunctionNode): Operand {
  for (let caller: Activation | undefined = l.activation; caller; caller = caller.caller) {
    if (caller.node === callee) {
      report(l, node, "recursion", { name });
      return errorOperand;
    }
  }
  if (callee.asteriskToken || callee.modifiers?.some((m) => m.kind === ts.SyntaxKind.AsyncKeyword)) {
    report(l, node, "unsupportedSyntax", {
      what: callee.asteriskToken ? "A generator" : "An async function",
      instead: "a program runs to its end at once: use a plain function",
    });
    return errorOperand;
  }
  const locals = bindParameters(l, node, callee);
  if (!locals) return errorOperand;
  const join = l.b.createBlock();
  const declared = returnType(l, callee);
  const returned: ReturnedValue = { shape: undefined, memory: undefined, isError: false };
  const activation: Activation = {
    name,
    node: callee,
    caller: l.activation,
    locals,
    usings: [],
    loops: [],
    leave: (value, at) => {
      storeReturn(l, at, name, declared, returned, value);
      jumpTo(l, join);
    },
  };
  const caller = l.activation;
  l.activation = activation;
  lowerBody(l, callee);
  l.activation = caller;
  if (!l.b.isReachable(join)) {
    // The function never comes back (an endless path was reported already).
    l.b.seal(join);
    return errorOperand;
  }
  startSealed(l, join);
  if (returned.isError) return errorOperand;
  if (returned.memory) return returned.memory;
  return returned.shape ? readShape(l, returned.shape) : voidOperand;
}

interface ReturnedValue {
  shape: Shape | undefined;
  /** A struct on the stack is returned as itself: there must be only one. */
  memory: MemoryOperand | undefined;
  isError: boolean;
}

function storeReturn(
  l: Lowering,
  node: ts.Node,
  name: string,
  declared: ScalarType | "number" | undefined,
  returned: ReturnedValue,
  value: Operand,
): void {
  if (value.kind === "error") returned.isError = true;
  if (value.kind === "error" || value.kind === "void") return;
  if (value.kind === "memory" && value.space !== "map" && (!returned.memory || returned.memory.base === value.base)) {
    returned.memory = value;
    return;
  }
  returned.shape ??= declared ? scalarShape(name, declared) : shapeFor(name, value, undefined);
  if (!returned.shape || returned.memory) {
    report(l, node, "notAValue", { what: describe(value), instead: "return one value: a number, a boolean, a map's value or one struct" });
    returned.isError = true;
    return;
  }
  if (writeShape(l, node, name, returned.shape, value).kind === "error") returned.isError = true;
}

/** The scalar type that the function's results wrap to. */
function returnType(l: Lowering, callee: FunctionNode): ScalarType | "number" | undefined {
  const signature = l.checker.getSignatureFromDeclaration(callee);
  const declared = signature && declaredType(l.checker, l.checker.getReturnTypeOfSignature(signature));
  if (declared?.kind === "number") return callee.type ? "number" : undefined;
  return declared?.kind === "int" || declared?.kind === "bool" ? declared : undefined;
}

function bindParameters(
  l: Lowering,
  node: ts.CallExpression,
  callee: FunctionNode,
): Map<ts.Symbol, Local> | undefined {
  const locals = new Map<ts.Symbol, Local>();
  let complete = true;
  for (const [index, parameter] of callee.parameters.entries()) {
    const symbol = l.checker.getSymbolAtLocation(parameter.name);
    if (!ts.isIdentifier(parameter.name) || !symbol || parameter.dotDotDotToken) {
      unsupported(l, ts.isIdentifier(parameter.name) ? parameter : parameter.name);
      complete = false;
      continue;
    }
    const argument = node.arguments[index];
    const value = argument ?? parameter.initializer;
    const operand = value ? lowerExpression(l, value) : voidOperand;
    const local = bindParameter(l, value ?? node, parameter.name, operand);
    if (local) locals.set(symbol, local);
    else complete = false;
  }
  return complete ? locals : undefined;
}

/** A parameter wraps what is passed to it, and may be assigned to in the body. */
function bindParameter(l: Lowering, node: ts.Node, name: ts.Identifier, operand: Operand): Local | undefined {
  if (operand.kind === "error") return undefined;
  const declared = declaredType(l.checker, l.checker.getTypeAtLocation(name));
  const scalar = declared?.kind === "int" || declared?.kind === "bool" ? declared : undefined;
  if (operand.kind === "memory") return { kind: "const", operand };
  const shape =
    scalar && (operand.kind === "int" || operand.kind === "bool")
      ? scalarShape(name.text, scalar)
      : declared?.kind === "nullable" && operand.kind !== "nullable"
        ? shapeFor(name.text, asNullable(l, operand), undefined)
        : shapeFor(name.text, literalType(operand), scalar);
  if (!shape) return { kind: "const", operand };
  return writeShape(l, node, name.text, shape, operand).kind === "error"
    ? undefined
    : { kind: "let", name: name.text, shape };
}

function asNullable(l: Lowering, operand: Operand): Operand {
  return operand.kind === "void" || operand.kind === "null"
    ? operand
    : { kind: "nullable", present: l.b.constant("i32", 1n), inner: operand };
}

/** A bigint literal that is passed to a plain `bigint` parameter counts as signed. */
function literalType(operand: Operand): Operand {
  return operand.kind === "int" && operand.type === "bigint" ? { ...operand, type: intTypes.i64 } : operand;
}
