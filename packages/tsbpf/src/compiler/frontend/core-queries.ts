// bpfCoreFieldExists, bpfCoreTypeSize and their siblings: questions about the running kernel's types, each a number
// that the loader fills in. And bpfCoreCast, which gives an address another type.

import { ts } from "./typescript.js";
import type { CoreRelocKind } from "../../btf/types.js";
import { lowerExpression } from "./expressions.js";
import { accessString, constantElement, kernelAddress, kernelMember, kernelObject } from "./kernel.js";
import { kernelEnum, kernelStruct, useAllFields, type KernelRoot } from "./kernel-types.js";
import { report, type Lowering } from "./lowering.js";
import { plainNumber, sizedInt } from "./numbers.js";
import { errorOperand, type KernelOperand, type Operand } from "./operands.js";
import { tryEvaluate } from "./statics.js";
import { intTypes, kernelInterface } from "./types.js";
import { describe } from "./variables.js";

type Query = (l: Lowering, node: ts.CallExpression, name: string) => Operand;

/** Keyed by exported name. */
export const coreQueries: Readonly<Record<string, Query>> = {
  bpfCoreFieldExists: aboutField("field_exists"),
  bpfCoreFieldSize: aboutField("field_byte_size"),
  bpfCoreFieldOffset: aboutField("field_byte_offset"),
  bpfCoreFieldSigned: aboutField("field_signed"),
  bpfCoreTypeExists: aboutType("type_exists"),
  bpfCoreTypeMatches: aboutType("type_matches"),
  bpfCoreTypeSize: aboutType("type_size"),
  bpfCoreTypeIdLocal: aboutType("type_id_local"),
  bpfCoreTypeIdKernel: aboutType("type_id_target"),
  bpfCoreEnumValue: aboutEnumerator("enumval_value"),
  bpfCoreEnumValueExists: aboutEnumerator("enumval_exists"),
  bpfCoreAddressOf: addressOf,
  bpfCoreCast: cast,
};

/** Relocations that answer yes or no. */
const isQuestion: ReadonlySet<CoreRelocKind> = new Set<CoreRelocKind>([
  "field_exists",
  "field_signed",
  "type_exists",
  "type_matches",
  "enumval_exists",
]);

/** The answer: a boolean, or a number that is never negative. */
function answer(l: Lowering, kind: CoreRelocKind, root: KernelRoot, access: string): Operand {
  // The program's own types have what they are asked for.
  if (isQuestion.has(kind)) return { kind: "bool", value: l.b.core("i32", kind, root.key, access, 1n) };
  return sizedInt(intTypes.u32, l.b.core("i64", kind, root.key, access, 0n));
}

// ---- fields -----------------------------------------------------------------------------------------------------

function aboutField(kind: CoreRelocKind): Query {
  return (l, node, name) => {
    const argument = node.arguments[0];
    const place = argument && kernelPlace(l, argument);
    // The sign of an element is that of its array: the member says it.
    const isMember = place && place.root && place.path.length > 0;
    if (isMember && place.root) return answer(l, kind, place.root, accessString(place.path));
    if (argument) report(l, argument, "kernelField", { helper: name });
    return errorOperand;
  };
}

/** A field that is named, not read: only what leads to its object is evaluated. */
function kernelPlace(l: Lowering, node: ts.Expression): KernelOperand | undefined {
  if (ts.isParenthesizedExpression(node)) return kernelPlace(l, node.expression);
  if (!ts.isPropertyAccessExpression(node) && !ts.isElementAccessExpression(node)) return undefined;
  const inner = kernelPlace(l, node.expression);
  const isPlace = inner && (inner.type.kind === "struct" || inner.type.kind === "array");
  const object = isPlace ? inner : lowerExpression(l, node.expression);
  const inside = object.kind === "nullable" ? object.inner : object;
  // A tracepoint's context is its record.
  const present = inside.kind === "ctx" ? inside.record : inside;
  if (present?.kind !== "kernel") return undefined;
  if (ts.isPropertyAccessExpression(node)) return kernelMember(l, present, node.name.text);
  const index = tryEvaluate(l, node.argumentExpression);
  return index?.kind === "int" ? constantElement(l, node, present, index.value) : undefined;
}

// ---- types and enums --------------------------------------------------------------------------------------------

function aboutType(kind: CoreRelocKind): Query {
  return (l, node, name) => {
    const root = typeArgument(l, node, name);
    if (!root) return errorOperand;
    if (kind === "type_matches" && root.kind === "struct") useAllFields(l, root);
    return answer(l, kind, root, "0");
  };
}

/** The kernel type in `name<T>()`. Undefined after a diagnostic. */
function typeArgument(l: Lowering, node: ts.CallExpression, name: string): KernelRoot | undefined {
  const [argument] = node.typeArguments ?? [];
  const type = argument && l.checker.getTypeFromTypeNode(argument);
  const isView = type && kernelInterface(type) !== undefined;
  const root = isView ? (kernelEnum(l, type) ?? kernelStruct(l, type)) : undefined;
  if (!root) report(l, argument ?? node.expression, "kernelTypeArgument", { helper: name });
  return root;
}

function aboutEnumerator(kind: "enumval_value" | "enumval_exists"): Query {
  return (l, node, name) => {
    const [typeNode] = node.typeArguments ?? [];
    const [nameNode] = node.arguments;
    const type = typeNode && l.checker.getTypeFromTypeNode(typeNode);
    const root = type && kernelEnum(l, type);
    if (!root) {
      report(l, typeNode ?? node.expression, "kernelEnumArgument", { helper: name });
      return errorOperand;
    }
    const text = nameNode && lowerExpression(l, nameNode);
    const index = text?.kind === "text" ? root.values.findIndex((value) => value.name === text.text) : -1;
    if (index < 0) {
      // A value that has its own diagnostic is missing in the list.
      const isBad = text?.kind === "text" && l.diagnostics.length > 0;
      if (nameNode && text?.kind !== "error" && !isBad)
        report(l, nameNode, "notConstant", { what: "The name of an enum's value" });
      return errorOperand;
    }
    if (kind === "enumval_exists") return answer(l, kind, root, String(index));
    const value = l.b.core("i64", kind, root.key, String(index), 0n);
    if (root.bits === 64) return sizedInt(intTypes.u64, value);
    // Whether the kernel's enum is signed is the kernel's affair.
    return plainNumber(value, { low: -(1n << 31n), high: (1n << 32n) - 1n });
  };
}

// ---- casts ------------------------------------------------------------------------------------------------------

function cast(l: Lowering, node: ts.CallExpression, name: string): Operand {
  const root = typeArgument(l, node, name);
  const argument = node.arguments[0];
  const operand = argument && lowerExpression(l, argument);
  if (root?.kind !== "struct" || !operand || operand.kind === "error") return errorOperand;
  const present = operand.kind === "nullable" ? operand.inner : operand;
  // What the program says about the address is news to the verifier: reads are probed.
  if (present.kind === "kernel") return kernelObject(root, kernelAddress(l, present));
  if (present.kind === "int") return kernelObject(root, l.b.convert("int2ptr", "ptr", present.value));
  report(l, argument, "helperArgument", {
    helper: name,
    needed: "an address in the kernel",
    name: "address",
    got: describe(operand),
    instead: "pass a bpfCore… object or a u64",
  });
  return errorOperand;
}

function addressOf(l: Lowering, node: ts.CallExpression, name: string): Operand {
  const argument = node.arguments[0];
  const object = argument && lowerExpression(l, argument);
  const place = object?.kind === "nullable" ? object.inner : object;
  if (place?.kind === "kernel") return sizedInt(intTypes.u64, l.b.convert("address", "i64", kernelAddress(l, place)));
  if (argument && place?.kind !== "error") report(l, argument, "kernelObject", { helper: name });
  return errorOperand;
}
