// What a call can pass: integers, booleans, the context, addresses, and pointers to memory whose kind the verifier
// knows on both sides. Everything else is only for functions that are inlined.

import type { ts } from "./typescript.js";
import type { Inst, Type } from "../ir/ir.js";
import { kernelAddress } from "./kernel.js";
import type { KernelType } from "./kernel-types.js";
import { literalType } from "./inline.js";
import type { Lowering } from "./lowering.js";
import { address } from "./memory.js";
import { plainNumber, safeRange, sizedInt } from "./numbers.js";
import type { KernelOperand, Operand, Space } from "./operands.js";
import { declaredType, intName, typeName, type AggregateType, type IntType, type ScalarType } from "./types.js";
import { declaredShape, scalarShape, writeShape } from "./variables.js";

/** What one parameter of a subprogram is. Calls with different ones are calls of different functions. */
export type ParameterClass =
  | { readonly kind: "int"; readonly type: IntType | "number" }
  | { readonly kind: "bool" }
  | { readonly kind: "memory"; readonly type: AggregateType; readonly space: Space; readonly align: number }
  | { readonly kind: "ref"; readonly type: ScalarType; readonly space: Space }
  | { readonly kind: "kernel"; readonly type: KernelType & { readonly kind: "struct" } }
  | { readonly kind: "ctx"; readonly programKind: string; readonly record: KernelOperand | undefined };

/** How `operand` is passed as this parameter; undefined for what a call cannot pass. */
export function parameterClass(
  l: Lowering,
  parameter: ts.ParameterDeclaration,
  operand: Operand,
): ParameterClass | undefined {
  const declared = declaredType(l.checker, l.checker.getTypeAtLocation(parameter.name));
  if (operand.kind === "nullable" && declared?.kind === "nullable") return undefined;
  const present = withoutAbsence(operand);
  switch (present.kind) {
    case "memory": {
      const { type, space, align, record } = present;
      const isPassed = !record && space !== "context" && space !== "packet";
      return isPassed ? { kind: "memory", type, space, align } : undefined;
    }
    case "ref": {
      const { type, space, record } = present;
      return record || space === "context" || space === "packet" ? undefined : { kind: "ref", type, space };
    }
    case "kernel": {
      const { type, trusted } = present;
      return !trusted && type.kind === "struct" ? { kind: "kernel", type } : undefined;
    }
    case "ctx":
      return { kind: "ctx", programKind: present.programKind, record: present.record };
    case "int":
    case "bool": {
      if (operand !== present) return undefined;
      const shape = declaredShape(l, "parameter", declared, literalType(present));
      if (shape?.kind === "bool") return { kind: "bool" };
      return shape?.kind === "int" ? { kind: "int", type: shape.type } : undefined;
    }
    default:
      return undefined;
  }
}

/** Calls whose parameters have equal keys can be calls of one function. */
export function keysOf(l: Lowering, one: ParameterClass): readonly (string | object)[] {
  switch (one.kind) {
    case "int":
      return [one.type === "number" ? "number" : intName(one.type)];
    case "bool":
      return ["bool"];
    case "memory":
      return ["memory", one.type, one.space, String(one.align)];
    case "ref":
      return ["ref", typeName(one.type), one.space];
    case "kernel":
      return ["kernel", one.type.struct];
    case "ctx":
      // What a context holds is the program's to say.
      return ["ctx", l.program];
  }
}

/** TypeScript narrowed what may be missing: the pointer is the same. */
function withoutAbsence(operand: Operand): Operand {
  return operand.kind === "nullable" ? operand.inner : operand;
}

/** It leads into the context of the program that calls. */
export function isContextClass(one: ParameterClass): boolean {
  return one.kind === "ctx" || ((one.kind === "memory" || one.kind === "ref") && one.space === "context");
}

/** The type of the register that it is passed in. */
export function valueType(one: ParameterClass): Type {
  if (one.kind === "int") return isNarrow(one.type) ? "i32" : "i64";
  return one.kind === "bool" ? "i32" : "ptr";
}

function isNarrow(type: IntType | "number"): boolean {
  return type !== "number" && type.bits < 64;
}

/** The argument in its register. Undefined after a diagnostic. */
export function argumentOf(l: Lowering, node: ts.Node, one: ParameterClass, operand: Operand): Inst | undefined {
  const present = withoutAbsence(operand);
  if (one.kind === "int" || one.kind === "bool") {
    const shape = scalarShape("argument", one.kind === "bool" ? one : one.type);
    if (writeShape(l, node, "argument", shape, present).kind === "error") return undefined;
    const value = l.b.read(shape.variable);
    return one.kind === "int" && isNarrow(one.type) ? l.b.convert("trunc", "i32", value) : value;
  }
  switch (present.kind) {
    case "memory":
      return address(l, present);
    case "ref":
      return present.base;
    case "kernel":
      return kernelAddress(l, present);
    case "ctx":
      return present.value;
    default:
      return undefined;
  }
}

/** The parameter inside the function. */
export function parameterOperand(l: Lowering, one: ParameterClass, value: Inst): Operand {
  switch (one.kind) {
    case "int": {
      // What is known of it is what its type says: other calls may pass anything else.
      if (one.type === "number") return plainNumber(value, safeRange, true);
      const wide = isNarrow(one.type) ? l.b.convert(one.type.signed ? "sext" : "zext", "i64", value) : value;
      return sizedInt(one.type, wide);
    }
    case "bool":
      return { kind: "bool", value };
    case "memory": {
      const { type, space, align } = one;
      return { kind: "memory", type, base: value, offset: 0, align, space, record: undefined };
    }
    case "ref":
      return { kind: "ref", base: value, type: one.type, space: one.space, record: undefined };
    case "kernel": {
      const { type } = one;
      const place = { path: [], type, trusted: false, unchecked: false, given: false } as const;
      return { kind: "kernel", root: type.struct, base: value, ...place };
    }
    case "ctx": {
      const { programKind, record } = one;
      return { kind: "ctx", value, programKind, record: record && { ...record, base: value } };
    }
  }
}
