// Assignment: to variables, fields, elements and references, plain and compound, and `++` and `--`.

import { ts } from "./typescript.js";
import type { ContextField } from "../../bpf/contexts.js";
import type { Inst } from "../ir/ir.js";
import { checkRecord, lowerIndex } from "./access.js";
import { contextElementOffset, writableContextField } from "./contexts.js";
import { arithmeticOn } from "./arithmetic.js";
import {
  asInt,
  choose,
  falsyPart,
  lowerExpression,
  lowerInt,
  presence,
  presentPart,
  reportDeclaration,
  truth,
  typeOf,
} from "./expressions.js";
import { checkWritable, dataPlace } from "./globals.js";
import { findLocal, report, symbolOf, type Lowering } from "./lowering.js";
import {
  fieldPlace,
  loadScalar,
  readElement,
  readPlace,
  readRef,
  storeScalar,
  writeElement,
  writePlace,
} from "./memory.js";
import { constantInt, constantValue, isBigint } from "./numbers.js";
import { errorOperand, type Operand } from "./operands.js";
import { assignPattern, lowerSource, patternValue } from "./patterns.js";
import { intTypes } from "./types.js";
import { unsupported } from "./unsupported.js";
import { describe, readLocal, writeShape } from "./variables.js";

/** What stands on the left of `=`: how to read it and how to write it. Its parts are evaluated once. */
interface Target {
  readonly read: () => Operand;
  /** `node` is what the value comes from. */
  readonly write: (value: Operand, node: ts.Node) => void;
}

export function assign(l: Lowering, node: ts.BinaryExpression): Operand {
  if (ts.isArrayLiteralExpression(node.left) || ts.isObjectLiteralExpression(node.left)) {
    const source = lowerSource(l, node.right, node.left);
    assignPattern(l, node.left, source, node.right);
    return patternValue(l, node, source);
  }
  const target = assignmentTarget(l, node.left);
  const value = lowerExpression(l, node.right);
  if (!target || value.kind === "error") return errorOperand;
  target.write(value, node.right);
  return value;
}

/** The value is the result of the operator, as in JavaScript, not what is left of it after it was stored. */
export function assignCompound(l: Lowering, node: ts.BinaryExpression, operator: string): Operand {
  const target = assignmentTarget(l, node.left);
  if (!target) return errorOperand;
  const before = asInt(l, node.left, target.read());
  const right = lowerInt(l, node.right);
  if (!before || !right) return errorOperand;
  const value = arithmeticOn(l, node, operator, before, right);
  if (value.kind !== "error") target.write(value, node);
  return value;
}

/** `x ||= y` and its like: the right side is evaluated, and stored, only where it counts. */
export function assignLogical(l: Lowering, node: ts.BinaryExpression, operator: "&&=" | "||=" | "??="): Operand {
  const target = assignmentTarget(l, node.left);
  if (!target) return errorOperand;
  const before = target.read();
  const test = operator === "??=" ? presenceOf(l, before) : truth(l, node.left, before);
  if (!test) return errorOperand;
  const store = (): Operand => {
    const value = lowerExpression(l, node.right);
    if (value.kind !== "error") target.write(value, node.right);
    return value;
  };
  const isAnd = operator === "&&=";
  return choose(l, node, typeOf(l, node), test, {
    yes: () => (isAnd ? store() : presentPart(before)),
    no: () => (isAnd ? falsyPart(before) : store()),
  });
}

/** What is no `undefined` and no `null` is there. */
function presenceOf(l: Lowering, operand: Operand): Inst | undefined {
  if (operand.kind === "error") return undefined;
  if (operand.kind === "nullable") return presence(l, operand);
  return l.b.constant("i32", operand.kind === "void" || operand.kind === "null" ? 0n : 1n);
}

/** `x++` and its like. `prefix`: the value is the new one. */
export function increment(
  l: Lowering,
  node: ts.PrefixUnaryExpression | ts.PostfixUnaryExpression,
  prefix: boolean,
): Operand {
  const target = assignmentTarget(l, node.operand);
  if (!target) return errorOperand;
  const before = asInt(l, node.operand, target.read());
  if (!before) return errorOperand;
  const one = constantInt(l, isBigint(before) ? "bigint" : "number", 1n);
  const operator = node.operator === ts.SyntaxKind.PlusPlusToken ? "+" : "-";
  const after = arithmeticOn(l, node, operator, before, one);
  if (after.kind === "error") return errorOperand;
  target.write(after, node);
  return prefix ? after : before;
}

export function assignmentTarget(l: Lowering, node: ts.Expression): Target | undefined {
  if (ts.isParenthesizedExpression(node)) return assignmentTarget(l, node.expression);
  if (ts.isIdentifier(node)) return variableTarget(l, node);
  if (ts.isPropertyAccessExpression(node)) return memberTarget(l, node);
  if (ts.isElementAccessExpression(node)) return elementTarget(l, node);
  unsupported(l, node);
  return undefined;
}

function variableTarget(l: Lowering, node: ts.Identifier): Target | undefined {
  const symbol = symbolOf(l, node);
  const local = symbol && findLocal(l, symbol);
  if (local?.kind === "let") {
    return {
      read: () => readLocal(l, local),
      write: (value, place) => void writeShape(l, place, local.name, local.shape, value),
    };
  }
  if (local?.operand.kind === "memory" || local?.operand.kind === "ref")
    report(l, node, "rebindMemory", { name: node.text });
  else if (local) {
    // What could not be declared has its diagnostic.
    if (local.operand.kind === "error") return undefined;
    const isConstant = local.operand.kind === "static";
    const instead = isConstant ? "a map, a schema or a function is the same throughout" : "declare it with `let`";
    report(l, node, "readOnly", { what: `'${node.text}'`, instead });
  } else if (symbol && reportDeclaration(l, symbol)) {
    return undefined;
  } else if (symbol?.valueDeclaration && ts.isVariableDeclaration(symbol.valueDeclaration)) {
    report(l, symbol.valueDeclaration.name, "moduleState");
  } else {
    report(l, node, "readOnly", { what: `'${node.text}'`, instead: "use a variable of its own" });
  }
  return undefined;
}

function memberTarget(l: Lowering, node: ts.PropertyAccessExpression): Target | undefined {
  const object = present(lowerExpression(l, node.expression));
  if (object.kind === "memory" && object.type.kind === "struct") {
    checkRecord(l, node, object);
    if (!checkWritable(l, node, object)) return undefined;
    const field = object.type.fields.find((candidate) => candidate.name === node.name.text);
    if (!field) {
      const what = object.type.name || "this struct";
      report(l, node.name, "unknownProperty", { name: node.name.text, what, instead: "give the struct such a field" });
      return undefined;
    }
    const place = fieldPlace(object, field);
    return { read: () => readPlace(l, place), write: (value, from) => writePlace(l, from, place, value) };
  }
  if (object.kind === "static" && object.value.kind === "data" && node.name.text === "value") {
    const place = dataPlace(l, object.value.data);
    if (!checkWritable(l, node, place.memory)) return undefined;
    return { read: () => readPlace(l, place), write: (value, from) => writePlace(l, from, place, value) };
  }
  if (object.kind === "ref" && node.name.text === "value") {
    checkRecord(l, node, object);
    if (!checkWritable(l, node, object)) return undefined;
    return {
      read: () => readRef(l, object),
      write: (value, from) => storeScalar(l, from, object.type, object.base, 0, value),
    };
  }
  if (object.kind === "ctx") {
    const place = writableContextField(l, node);
    return place && contextTarget(l, object.value, place.field, place.offset);
  }
  if (object.kind === "kernel") report(l, node, "kernelWrite");
  else if (object.kind !== "error") {
    report(l, node, "readOnly", { what: `A part of ${describe(object)}`, instead: "assign to a field of a struct" });
  }
  return undefined;
}

function contextTarget(l: Lowering, context: Inst, field: ContextField, offset: number): Target {
  const type = intTypes[`u${field.bits}`];
  return {
    read: () => loadScalar(l, type, context, offset),
    write: (value, from) => storeScalar(l, from, type, context, offset, value),
  };
}

function elementTarget(l: Lowering, node: ts.ElementAccessExpression): Target | undefined {
  const object = present(lowerExpression(l, node.expression));
  if (object.kind === "error") return undefined;
  const index = lowerIndex(l, node);
  if (!index) return undefined;
  if (object.kind === "memory" && object.type.kind === "array") {
    checkRecord(l, node, object);
    if (!checkWritable(l, node, object)) return undefined;
    return {
      read: () => readElement(l, node, object, index),
      write: (value, from) => writeElement(l, node, object, index, value, from),
    };
  }
  if (object.kind === "ctxArray" && object.field.writable) {
    const offset = contextElementOffset(l, node.argumentExpression, object, constantValue(index));
    return offset === undefined ? undefined : contextTarget(l, object.value, object.field, offset);
  }
  if (object.kind === "kernel") report(l, node, "kernelWrite");
  else
    report(l, node, "readOnly", { what: `A part of ${describe(object)}`, instead: "assign to an element of an array" });
  return undefined;
}

function present(operand: Operand): Operand {
  return operand.kind === "nullable" ? operand.inner : operand;
}
