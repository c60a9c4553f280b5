// References to scalars in memory, and what changes them in one step: `counter.add(1n)`.

import { ts } from "./typescript.js";
import type { AtomicOperation } from "../ir/ir.js";
import { checkRecord } from "./access.js";
import { asInt, lowerExpression } from "./expressions.js";
import { checkWritable } from "./globals.js";
import { report, type Lowering } from "./lowering.js";
import { fieldPlace, insideElement, isOwnMemory, type Place } from "./memory.js";
import { checkConstant, convertTo, sizedInt, widen } from "./numbers.js";
import { errorOperand, voidOperand, type MemoryOperand, type Operand, type RefOperand } from "./operands.js";
import { tryEvaluate } from "./statics.js";
import { isScalar, typeName, type IntType } from "./types.js";
import { describe } from "./variables.js";

interface AtomicMethod {
  readonly operation: AtomicOperation;
  /** Gives the value from before. */
  readonly fetches: boolean;
}

const methods: Readonly<Record<string, AtomicMethod>> = {
  add: { operation: "add", fetches: false },
  and: { operation: "and", fetches: false },
  or: { operation: "or", fetches: false },
  xor: { operation: "xor", fetches: false },
  fetchAdd: { operation: "add", fetches: true },
  fetchAnd: { operation: "and", fetches: true },
  fetchOr: { operation: "or", fetches: true },
  fetchXor: { operation: "xor", fetches: true },
  exchange: { operation: "xchg", fetches: true },
  compareExchange: { operation: "cmpxchg", fetches: true },
};

/** `ref.add(1)` and its like. */
export function lowerRefMethod(
  l: Lowering,
  node: ts.CallExpression,
  callee: ts.PropertyAccessExpression,
  ref: RefOperand,
): Operand {
  const name = callee.name.text;
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  if (!method) {
    const instead = `a reference has 'value', ${Object.keys(methods).join(", ")}`;
    report(l, callee.name, "unknownProperty", { name, what: "a reference", instead });
    return errorOperand;
  }
  const { type } = ref;
  if (type.kind !== "int" || type.bits < 32) {
    report(l, callee.name, "notAtomic", { name, type: typeName(type) });
    return errorOperand;
  }
  checkRecord(l, node, ref);
  if (!checkWritable(l, node, ref) || !isAvailable(l, callee.name, method)) return errorOperand;
  // JavaScript evaluates the arguments in order; the expected value comes first.
  const args = node.arguments.map((argument) => sized(l, argument, type));
  const [first, second] = args;
  const operands = method.operation === "cmpxchg" ? [second, first] : [first];
  const values = operands.filter((value) => value !== undefined);
  if (values.length !== operands.length) return errorOperand;
  const wide = type.bits === 64;
  const result = method.fetches ? (wide ? "i64" : "i32") : "void";
  const before = l.b.atomic(method.operation, wide ? "u64" : "u32", result, ref.base, 0, values);
  if (!method.fetches) return voidOperand;
  return sizedInt(type, wide ? before : widen(l, type, before));
}

/** All but adding came with Linux 5.12 and are part of CPU level v3. */
function isAvailable(l: Lowering, node: ts.Node, method: AtomicMethod): boolean {
  if (method.operation === "add" && !method.fetches) return true;
  if (l.target.cpu !== "v1" && l.target.cpu !== "v2") return true;
  report(l, node, "newAtomic", { name: node.getText(), cpu: l.target.cpu });
  return false;
}

/** The argument as the memory's type, in as many bits. */
function sized(l: Lowering, node: ts.Expression, type: IntType): ReturnType<Lowering["b"]["constant"]> | undefined {
  const operand = lowerExpression(l, node);
  const int = operand.kind === "quotient" ? operand : asInt(l, node, operand);
  if (!int) return undefined;
  if (int.kind === "int") checkConstant(l, node, int, type);
  const { value } = convertTo(l, int, type);
  return type.bits === 64 ? value : l.b.convert("trunc", "i32", value);
}

// ---- ref(object, "field"), ref(array, index) --------------------------------------------------------------------

export function makeRef(l: Lowering, node: ts.CallExpression): Operand {
  const [objectNode, keyNode] = node.arguments;
  if (!objectNode || !keyNode) return errorOperand;
  const operand = lowerExpression(l, objectNode);
  const object = operand.kind === "nullable" ? operand.inner : operand;
  if (object.kind === "error") return errorOperand;
  if (object.kind !== "memory") {
    report(l, objectNode, "notAValue", { what: describe(object), instead: "a reference is into a struct or an array" });
    return errorOperand;
  }
  checkRecord(l, objectNode, object);
  if (!checkWritable(l, node, object)) return errorOperand;
  if (!isOwnMemory(object)) {
    report(l, objectNode, "notAValue", {
      what: `A reference into the ${object.space}`,
      instead: "read and write it as it is",
    });
    return errorOperand;
  }
  const place = namedPlace(l, node, keyNode, object);
  if (!place) return errorOperand;
  if (!isScalar(place.type)) {
    const instead = "a struct or an array is a reference already: give it a name";
    report(l, keyNode, "notAValue", { what: `A reference to ${typeName(place.type)}`, instead });
    return errorOperand;
  }
  const { base, offset, type } = place;
  const at = offset === 0 ? base : l.b.binary("add", base, l.b.constant("i64", BigInt(offset)));
  return { kind: "ref", base: at, type, space: object.space, record: object.record };
}

function namedPlace(
  l: Lowering,
  node: ts.CallExpression,
  keyNode: ts.Expression,
  object: MemoryOperand,
): Place | undefined {
  if (object.type.kind === "array") {
    const index = asInt(l, keyNode, lowerExpression(l, keyNode));
    return index && insideElement(l, node, keyNode, object, index);
  }
  const key = tryEvaluate(l, keyNode);
  const field = key?.kind === "text" ? object.type.fields.find(({ name }) => name === key.value) : undefined;
  if (field) return fieldPlace(object, field);
  report(l, keyNode, "notConstant", { what: "The name of the field" });
  return undefined;
}
