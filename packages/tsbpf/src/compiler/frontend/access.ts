// Reading through `.`, `?.` and `[]`: fields of structs, elements of arrays, kernel memory, the context.

import { ts } from "./typescript.js";
import { fromStatic, lowerExpression, lowerInt, presence } from "./expressions.js";
import { contextArgument, contextArrayLength, contextMember, readContextElement } from "./contexts.js";
import { kernelMember, pointerOperand, readKernel, readKernelElement } from "./kernel.js";
import { typeOfField, type KernelPointer } from "./kernel-types.js";
import { packetLength } from "./packets.js";
import { report, startSealed, type Lowering } from "./lowering.js";
import { fieldPlace, isVisiblyInside, numberTable, readElement, readPlace, readRef } from "./memory.js";
import { constantInt, constantValue, convertTo, sizedInt } from "./numbers.js";
import {
  errorOperand,
  voidOperand,
  type IntOperand,
  type MemoryOperand,
  type Operand,
  type Static,
} from "./operands.js";
import type { Inst } from "../ir/ir.js";
import { memberOfStatic } from "./static-members.js";
import { tryEvaluate } from "./statics.js";
import { brandsOf, declaredType, intTypes, kernelInterface } from "./types.js";
import { describe, nullableShape, readShape, writeShape, type Shape } from "./variables.js";

/** `object.name` as a value. */
export function readMember(l: Lowering, node: ts.PropertyAccessExpression): Operand {
  const known = tryEvaluate(l, node);
  if (known) return fromStatic(l, node, known);
  const object = lowerExpression(l, node.expression);
  if (ts.isOptionalChain(node)) {
    return optionally(l, node, object, (present) => memberOf(l, node, present));
  }
  return memberOf(l, node, object);
}

function memberOf(l: Lowering, node: ts.PropertyAccessExpression, object: Operand): Operand {
  if (object.kind === "static") return memberOfStatic(l, node, object.value) ?? errorOperand;
  return memberNamed(l, node, object, node.name.text);
}

/** The member called `name`, as `node` names it. */
export function memberNamed(l: Lowering, node: ts.Node, object: Operand, name: string): Operand {
  switch (object.kind) {
    case "memory":
      return memoryMember(l, node, name, object);
    case "kernel": {
      if (object.type.kind === "array" && name === "length" && object.type.length !== undefined) {
        return constantInt(l, "number", BigInt(object.type.length));
      }
      const member = kernelMember(l, object, name);
      // TypeScript has found the property: its type is what is wrong, and has its own diagnostic.
      if (!member) return l.diagnostics.length > 0 ? errorOperand : unknownProperty(l, node, name, "this view");
      return readKernel(l, member);
    }
    case "user":
      report(l, node, "userMemory");
      return errorOperand;
    case "ref":
      if (name !== "value") return unknownProperty(l, node, name, "a reference");
      checkRecord(l, node, object);
      return readRef(l, object);
    case "ctx":
      return contextMember(l, node, name, object) ?? unknownProperty(l, node, name, "the context");
    case "ctxArray":
      return name === "length" ? contextArrayLength(l, object) : unknownProperty(l, node, name, "the context");
    case "text":
      if (name !== "length") return unknownProperty(l, node, name, "text");
      return constantInt(l, "number", BigInt(object.text.length));
    case "packet":
      return name === "length" ? packetLength(l, object) : unknownProperty(l, node, name, "the packet");
    case "nullable":
      // TypeScript narrowed what it was read from; the pointer itself is the same.
      return memberNamed(l, node, object.inner, name);
    case "static": {
      const field = object.value.kind === "record" ? object.value.fields.get(name) : undefined;
      return field ? fromStatic(l, node, field) : unknownProperty(l, node, name, describe(object));
    }
    case "error":
      return errorOperand;
    default:
      return unknownProperty(l, node, name, describe(object));
  }
}

function unknownProperty(l: Lowering, node: ts.Node, name: string, what: string): Operand {
  const place = ts.isPropertyAccessExpression(node) ? node.name : node;
  report(l, place, "unknownProperty", { name, what, instead: "see LANGUAGE.md for what there is" });
  return errorOperand;
}

function memoryMember(l: Lowering, node: ts.Node, name: string, memory: MemoryOperand): Operand {
  checkRecord(l, node, memory);
  if (memory.type.kind === "array") {
    if (name === "length") return constantInt(l, "number", BigInt(memory.type.length));
    return unknownProperty(l, node, name, "an array");
  }
  const field = memory.type.fields.find((candidate) => candidate.name === name);
  if (!field) return unknownProperty(l, node, name, memory.type.name || "this struct");
  return readPlace(l, fieldPlace(memory, field));
}

/** A record that may be submitted already must not be touched: it belongs to user space from then on. */
export function checkRecord(l: Lowering, node: ts.Node, memory: Pick<MemoryOperand, "record">): void {
  if (!memory.record || l.b.unreachableHere) return;
  l.recordUses.push({ kind: memory.record.kind, node, live: l.b.read(memory.record.live) });
}

/** Looks at the uses of records, once every loop is complete and its variables are what they are. */
export function checkRecordUses(l: Lowering): void {
  for (const { kind, node, live } of l.recordUses) {
    const value = l.b.resolve(live);
    const isHeld = value.op === "const" && value.value === (kind === "packet" ? 0n : 1n);
    if (!isHeld) report(l, node, kind === "packet" ? "stalePacket" : "disposedRecord");
  }
}

/** `object?.x`: the rest of the chain only runs when the object is there, and the result may be missing. */
export function optionally(
  l: Lowering,
  node: ts.Expression,
  object: Operand,
  rest: (present: Operand) => Operand,
): Operand {
  if (object.kind !== "nullable") return rest(object);
  const yes = l.b.createBlock();
  const no = l.b.createBlock();
  const join = l.b.createBlock();
  l.b.branch(presence(l, object), yes, no);
  startSealed(l, yes);
  const inner = rest(object.inner);
  const shape = resultShape(inner);
  if (shape) writeShape(l, node, "member", shape, inner);
  l.b.jump(join);
  startSealed(l, no);
  if (shape) writeShape(l, node, "member", shape, { kind: "void" });
  l.b.jump(join);
  startSealed(l, join);
  if (inner.kind === "error") return errorOperand;
  if (shape) return readShape(l, shape);
  if (inner.kind === "void") return voidOperand;
  report(l, node, "notAValue", { what: describe(inner), instead: "check the object with `if` first" });
  return errorOperand;
}

function resultShape(inner: Operand): Shape | undefined {
  const value: Operand = inner.kind === "nullable" ? inner.inner : inner;
  return nullableShape("member", value, undefined);
}

// ---- elements ---------------------------------------------------------------------------------------------------

/** `object[index]` as a value. */
export function readElementAccess(l: Lowering, node: ts.ElementAccessExpression): Operand {
  const known = tryEvaluate(l, node);
  if (known) return fromStatic(l, node, known);
  const object = lowerExpression(l, node.expression);
  if (ts.isOptionalChain(node)) return optionally(l, node, object, (present) => elementOf(l, node, present));
  return elementOf(l, node, object);
}

function elementOf(l: Lowering, node: ts.ElementAccessExpression, object: Operand): Operand {
  if (object.kind === "error") return errorOperand;
  if (object.kind === "nullable") return elementOf(l, node, object.inner);
  const index = lowerIndex(l, node);
  if (!index) return errorOperand;
  return elementAt(l, node, node.argumentExpression, object, index);
}

/** Element `index` of what an array pattern takes apart. */
export function elementNamed(l: Lowering, node: ts.Node, object: Operand, index: number): Operand {
  const type = object.kind === "memory" ? object.type : undefined;
  // JavaScript finds nothing there; an element that is read by its index would be 0.
  if (type?.kind === "array" && index >= type.length) {
    report(l, node, "indexRange", { index, length: type.length, last: type.length - 1 });
    return errorOperand;
  }
  return elementAt(l, node, node, object, constantInt(l, "number", BigInt(index)));
}

/** `node` is the element, `indexNode` what says which one. */
function elementAt(l: Lowering, node: ts.Node, indexNode: ts.Node, object: Operand, index: IntOperand): Operand {
  if (object.kind === "error") return errorOperand;
  if (object.kind === "nullable") return elementAt(l, node, indexNode, object.inner, index);
  if (object.kind === "memory" && object.type.kind === "array") {
    checkRecord(l, node, object);
    return readElement(l, node, object, index);
  }
  const known = constantValue(index);
  if (object.kind === "kernel" && object.type.kind === "array") {
    return readKernelElement(l, node, object, index);
  }
  if (object.kind === "user") {
    report(l, node, "userMemory");
    return errorOperand;
  }
  if (object.kind === "ctxArgs") return contextArgument(l, node, indexNode, object, known);
  if (object.kind === "ctxArray") return readContextElement(l, indexNode, object, known);
  if (object.kind === "static" && object.value.kind === "list") {
    return constantElement(l, node, indexNode, object.value.elements, index);
  }
  report(l, node, "notAValue", { what: describe(object), instead: "an index needs an array" });
  return errorOperand;
}

/** An element of an array of constants: known here, or looked up among numbers. */
function constantElement(
  l: Lowering,
  node: ts.Node,
  indexNode: ts.Node,
  elements: readonly Static[],
  index: IntOperand,
): Operand {
  const known = constantValue(index);
  const element = known === undefined ? undefined : elements[Number(known)];
  if (element) return fromStatic(l, node, element);
  const table = known === undefined ? numberTable(l, node, elements) : undefined;
  if (table && isVisiblyInside(l, index.value, elements.length)) return readElement(l, node, table, index);
  if (table) {
    const mask = 2 ** Math.floor(Math.log2(elements.length)) - 1;
    const instead = `an array of constants has no element there: bring the index inside, for example \`index & ${mask}\``;
    report(l, indexNode, "notAValue", { what: "An index that may be outside", instead });
  } else if (known !== undefined) {
    report(l, indexNode, "indexRange", { index: known, length: elements.length, last: elements.length - 1 });
  } else {
    report(l, indexNode, "notConstant", { what: "An index into an array of anything but numbers" });
  }
  return errorOperand;
}

/** What stands in the brackets, as a number. */
export function lowerIndex(l: Lowering, node: ts.ElementAccessExpression): IntOperand | undefined {
  const { argumentExpression } = node;
  if (!ts.isStringLiteralLike(argumentExpression)) return lowerInt(l, argumentExpression);
  const instead = `write \`.${argumentExpression.text}\``;
  report(l, argumentExpression, "unsupportedSyntax", { what: "A property in brackets", instead });
  return undefined;
}

/** Kinds whose pointers have their types from the kernel's BTF (btf_ctx_access, kernel/bpf/btf.c). */
const knowsTypes: ReadonlySet<string> = new Set(["tp_btf", "fentry", "fexit", "lsm"]);

/** A 64-bit register as the type that the program gives it. */
export function argumentAs(l: Lowering, node: ts.Node, value: Inst): Operand {
  const type = l.checker.getTypeAtLocation(node);
  const pointed = kernelPointee(l, type);
  if (pointed) {
    const isKnown = knowsTypes.has(l.program.kind);
    return pointerOperand(pointed, l.b.convert("int2ptr", "ptr", value), isKnown, isKnown);
  }
  const declared = declaredType(l.checker, type);
  if (declared?.kind === "bool") {
    // A function's caller need not clear the rest of the register; a tracepoint's arguments are whole.
    const isWhole = l.program.kind === "raw_tracepoint" || l.program.kind === "tp_btf";
    const byte = isWhole ? value : l.b.binary("and", value, l.b.constant("i64", 0xffn));
    return { kind: "bool", value: l.b.compare("ne", byte, l.b.constant("i64", 0n)) };
  }
  if (declared?.kind === "int") return convertTo(l, sizedInt(intTypes.u64, value), declared);
  const brands = brandsOf(l.checker, type);
  report(l, node, "unsupportedType", { type: brands[0] ?? l.checker.typeToString(type) });
  return errorOperand;
}

/** A register that holds a pointer: to a kernel object, with or without `Ptr`, or to user memory. */
function kernelPointee(l: Lowering, type: ts.Type): KernelPointer | undefined {
  const present = l.checker.getNonNullableType(type);
  const parts = present.isIntersection() ? present.types : [present];
  const brands = parts.flatMap((part) => brandsOf(l.checker, part));
  if (!kernelInterface(present) && !brands.includes("ptr") && !brands.includes("user")) return undefined;
  const field = typeOfField(l, type);
  if (field?.kind === "struct") return { kind: "pointer", to: field, user: false, nullable: false };
  return field?.kind === "pointer" ? field : undefined;
}
