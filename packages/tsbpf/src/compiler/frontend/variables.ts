// Locals: a `const` is its operand; a `let` is one or two SSA variables that hold an operand's values.

import type { ts } from "./typescript.js";
import type { Variable } from "../ir/builder.js";
import { sourceOf } from "./expressions.js";
import { report, startSealed, type Lowering } from "./lowering.js";
import { checkConstant, constantInt, convertTo, plainNumber, safeRange, sizedInt } from "./numbers.js";
import { address } from "./memory.js";
import { kernelAddress } from "./kernel.js";
import { kernelStruct, type KernelType } from "./kernel-types.js";
import {
  errorOperand,
  type IntOperand,
  type MemoryOperand,
  type NullableOperand,
  type Operand,
  type Range,
} from "./operands.js";
import type { AggregateType, DeclaredType, IntType, ScalarType } from "./types.js";

/** What a variable can hold; decided at its declaration. */
export type Shape =
  | { readonly kind: "int"; readonly type: IntType | "number"; readonly variable: Variable }
  | { readonly kind: "bool"; readonly variable: Variable }
  | { readonly kind: "kernel"; readonly type: KernelType; readonly variable: Variable }
  | { readonly kind: "user"; readonly variable: Variable }
  | {
      readonly kind: "memory";
      readonly type: AggregateType;
      readonly space: MemoryOperand["space"];
      readonly align: number;
      readonly record: MemoryOperand["record"];
      readonly variable: Variable;
      /** Where the arms of a choice, or the returns of a function, meet: any memory of the type may be named. */
      readonly isJoin?: true;
    }
  | {
      readonly kind: "ref";
      readonly type: ScalarType;
      readonly space: MemoryOperand["space"];
      readonly record: MemoryOperand["record"];
      readonly variable: Variable;
    }
  | { readonly kind: "opaque"; readonly variable: Variable }
  /** A pointer that is null when missing. */
  | { readonly kind: "nullablePointer"; readonly inner: Shape & { readonly variable: Variable } }
  | { readonly kind: "nullableScalar"; readonly inner: Shape & { kind: "int" | "bool" }; readonly present: Variable };

export type Local =
  | { readonly kind: "const"; readonly operand: Operand }
  | {
      readonly kind: "let";
      readonly name: string;
      readonly shape: Shape;
      /** Bounds that hold at the place that is being lowered: inside a loop, those of its counter. */
      readonly range?: Range;
    };

/**
 * A shape for values like `operand`. `declared` is the sized type that the declaration names, if any: stored values
 * wrap to it. Undefined for what cannot be in a variable.
 */
function shapeFor(name: string, operand: Operand, declared: ScalarType | undefined): Shape | undefined {
  switch (operand.kind) {
    case "int": {
      const type = declared?.kind === "int" ? declared : operand.type;
      if (type === "bigint") return undefined;
      return { kind: "int", type, variable: { name, type: "i64" } };
    }
    case "quotient":
      return { kind: "int", type: declared?.kind === "int" ? declared : "number", variable: { name, type: "i64" } };
    case "bool":
      return { kind: "bool", variable: { name, type: "i32" } };
    case "kernel":
      return { kind: "kernel", type: operand.type, variable: { name, type: "ptr" } };
    case "user":
      return { kind: "user", variable: { name, type: "ptr" } };
    case "memory": {
      const { type, space, align, record } = operand;
      return { kind: "memory", type, space, align, record, variable: { name, type: "ptr" } };
    }
    case "ref":
      return {
        kind: "ref",
        type: operand.type,
        space: operand.space,
        record: operand.record,
        variable: { name, type: "ptr" },
      };
    case "opaque":
      return { kind: "opaque", variable: { name, type: "ptr" } };
    case "nullable":
      return nullableShape(name, operand.inner, declared);
    default:
      return undefined;
  }
}

/**
 * The shape of a variable that is declared as `declared` and first holds `operand`. Undefined for what cannot be in a
 * variable.
 */
export function declaredShape(
  l: Lowering,
  name: string,
  declared: DeclaredType | undefined,
  operand: Operand,
): Shape | undefined {
  const shape = shapeOfDeclared(l, name, declared, operand);
  return shape?.kind === "int" ? { ...shape, variable: { ...shape.variable, free: true } } : shape;
}

/** The same for `let`: no type is narrowed by a boolean that may change, so that no pointer's check rests on it. */
export function letShape(
  l: Lowering,
  name: string,
  declared: DeclaredType | undefined,
  operand: Operand,
): Shape | undefined {
  const shape = declaredShape(l, name, declared, operand);
  return shape?.kind === "bool" ? { ...shape, variable: { ...shape.variable, free: true } } : shape;
}

function shapeOfDeclared(
  l: Lowering,
  name: string,
  declared: DeclaredType | undefined,
  operand: Operand,
): Shape | undefined {
  switch (declared?.kind) {
    case "int":
    case "bool":
      return scalarShape(name, declared);
    case "number":
      return scalarShape(name, "number");
    case "nullable": {
      const inner = operand.kind === "nullable" ? operand.inner : operand;
      const shape = declaredShape(l, name, declared.inner, inner);
      return shape && nullableOf(name, shape);
    }
    case "kernel": {
      if (operand.kind !== "null" && operand.kind !== "void") return shapeFor(name, operand, undefined);
      const struct = kernelStruct(l, declared.type);
      return struct && { kind: "kernel", type: { kind: "struct", struct }, variable: { name, type: "ptr" } };
    }
    case "object": {
      // What is missing at first can only be a map's value later: nothing else may be in a variable that changes.
      const type = l.structs.get(declared.type);
      if (!type || (operand.kind !== "null" && operand.kind !== "void")) return shapeFor(name, operand, undefined);
      const variable: Variable = { name, type: "ptr" };
      return { kind: "memory", type, space: "map", align: 8, record: undefined, variable };
    }
    default:
      return shapeFor(name, operand, undefined);
  }
}

/** The shape of a scalar of this type. */
export function scalarShape(name: string, type: ScalarType | "number"): Shape & { kind: "int" | "bool" } {
  if (type !== "number" && type.kind === "bool") return { kind: "bool", variable: { name, type: "i32" } };
  return { kind: "int", type, variable: { name, type: "i64" } };
}

export function nullableShape(name: string, inner: Operand, declared: ScalarType | undefined): Shape | undefined {
  const shape = shapeFor(name, inner, declared);
  return shape && nullableOf(name, shape);
}

function nullableOf(name: string, shape: Shape): Shape {
  if (shape.kind === "int" || shape.kind === "bool") {
    return { kind: "nullableScalar", inner: shape, present: { name: `${name}?`, type: "i32" } };
  }
  if (shape.kind === "nullablePointer" || shape.kind === "nullableScalar") return shape;
  return { kind: "nullablePointer", inner: shape };
}

/** The shape for a place where control flow joins, and names of memory with it. */
export function joinShape(shape: Shape | undefined): Shape | undefined {
  if (shape?.kind === "memory") return { ...shape, isJoin: true };
  if (shape?.kind !== "nullablePointer" || shape.inner.kind !== "memory") return shape;
  return { ...shape, inner: { ...shape.inner, isJoin: true } };
}

/**
 * What was read from such a shape, after `arms` were written to it. A name that may stand for the stack stays what it
 * is (a slot is made once for each place in the source), and has the least alignment of all.
 */
export function joinedMemory(joined: Operand, arms: readonly Operand[]): Operand {
  if (joined.kind === "nullable") return { ...joined, inner: joinedMemory(joined.inner, arms) };
  if (joined.kind !== "memory") return joined;
  const memories = arms
    .map((arm) => (arm.kind === "nullable" ? arm.inner : arm))
    .filter((arm) => arm.kind === "memory");
  const isOneKind = memories.every(({ space }) => space === joined.space);
  const align = Math.min(joined.align, ...memories.map((memory) => memory.align));
  return { ...joined, align, space: isOneKind ? joined.space : "stack" };
}

/** The local's value now. */
export function readLocal(l: Lowering, local: Local): Operand {
  if (local.kind === "const") return local.operand;
  const operand = readShape(l, local.shape);
  if (!local.range || operand.kind !== "int" || operand.range.low === operand.range.high) return operand;
  return { ...operand, range: local.range, loose: false };
}

/** The variable's value now. */
export function readShape(l: Lowering, shape: Shape): Operand {
  switch (shape.kind) {
    case "int": {
      const value = l.b.read(shape.variable);
      if (value.op === "const") return constantInShape(l, shape.type, value.value);
      return shape.type === "number" ? plainNumber(value, safeRange, true) : sizedInt(shape.type, value);
    }
    case "bool":
      return { kind: "bool", value: l.b.read(shape.variable) };
    case "kernel": {
      const { type } = shape;
      const root = type.kind === "struct" ? type.struct : undefined;
      const base = l.b.read(shape.variable);
      // The verifier may know the one object and not the other that a variable stands for: its reads are probed.
      return { kind: "kernel", root, base, path: [], type, trusted: false, unchecked: false, given: false };
    }
    case "user":
      return { kind: "user", value: l.b.read(shape.variable) };
    case "memory": {
      const { type, space, align, record } = shape;
      return { kind: "memory", type, base: l.b.read(shape.variable), offset: 0, align, space, record };
    }
    case "ref":
      return {
        kind: "ref",
        base: l.b.read(shape.variable),
        type: shape.type,
        space: shape.space,
        record: shape.record,
      };
    case "opaque":
      return { kind: "opaque", value: l.b.read(shape.variable) };
    case "nullablePointer":
      return { kind: "nullable", present: l.b.read(shape.inner.variable), inner: readShape(l, shape.inner) };
    case "nullableScalar":
      return { kind: "nullable", present: l.b.read(shape.present), inner: readShape(l, shape.inner) };
  }
}

/** A variable that is known to hold one value here keeps its exact range. */
function constantInShape(l: Lowering, type: IntType | "number", bits: bigint): IntOperand {
  const unsigned64 = type !== "number" && type.bits === 64 && !type.signed;
  return constantInt(l, type, unsigned64 ? bits : BigInt.asIntN(64, bits));
}

/** Stores `operand` in the variable; a sized one wraps it. Gives what the variable then holds. */
export function writeShape(l: Lowering, node: ts.Node, name: string, shape: Shape, operand: Operand): Operand {
  if (operand.kind === "error") return errorOperand;
  if (!writeValue(l, node, name, shape, operand)) return errorOperand;
  return readShape(l, shape);
}

function writeValue(l: Lowering, node: ts.Node, name: string, shape: Shape, operand: Operand): boolean {
  switch (shape.kind) {
    case "int":
      return writeInt(l, node, shape, operand);
    case "bool":
      if (operand.kind !== "bool") return mismatch(l, node, operand);
      l.b.write(shape.variable, operand.value);
      return true;
    case "nullableScalar":
      return writeNullableScalar(l, node, name, shape, operand);
    case "nullablePointer": {
      const present = operand.kind === "nullable" ? operand.inner : operand;
      if (operand.kind === "null" || operand.kind === "void") {
        l.b.write(shape.inner.variable, l.b.constant("ptr", 0n));
        return true;
      }
      if (operand.kind === "nullable" && operand.present.type === "i32") {
        return writeWherePresent(l, node, name, shape.inner, operand);
      }
      return writePointer(l, node, name, shape.inner, present);
    }
    default:
      return writePointer(l, node, name, shape, operand.kind === "nullable" ? operand.inner : operand);
  }
}

function writeInt(l: Lowering, node: ts.Node, shape: Shape & { kind: "int" }, operand: Operand): boolean {
  if (operand.kind === "quotient") {
    report(l, node, "looseQuotient", { operator: operand.operator, source: sourceOf(node) });
    return false;
  }
  if (operand.kind !== "int") return mismatch(l, node, operand);
  if (shape.type !== "number") checkConstant(l, node, operand, shape.type);
  l.b.write(shape.variable, shape.type === "number" ? operand.value : convertTo(l, operand, shape.type).value);
  return true;
}

function writeNullableScalar(
  l: Lowering,
  node: ts.Node,
  name: string,
  shape: Shape & { kind: "nullableScalar" },
  operand: Operand,
): boolean {
  if (operand.kind === "null" || operand.kind === "void") {
    const zero: Operand =
      shape.inner.kind === "bool"
        ? { kind: "bool", value: l.b.constant("i32", 0n) }
        : constantInt(l, shape.inner.type, 0n);
    l.b.write(shape.present, l.b.constant("i32", 0n));
    return writeValue(l, node, name, shape.inner, zero);
  }
  if (operand.kind !== "nullable") {
    l.b.write(shape.present, l.b.constant("i32", 1n));
    return writeValue(l, node, name, shape.inner, operand);
  }
  const present =
    operand.present.type === "ptr" ? l.b.compare("ne", operand.present, l.b.constant("ptr", 0n)) : operand.present;
  l.b.write(shape.present, present);
  return writeValue(l, node, name, shape.inner, operand.inner);
}

/** A view of a packet is there when a condition holds; in a variable it is a pointer or null. */
function writeWherePresent(
  l: Lowering,
  node: ts.Node,
  name: string,
  shape: Shape & { readonly variable: Variable },
  operand: NullableOperand,
): boolean {
  const found = l.b.createBlock();
  const missing = l.b.createBlock();
  const join = l.b.createBlock();
  l.b.branch(operand.present, found, missing);
  startSealed(l, found);
  const isWritten = writePointer(l, node, name, shape, operand.inner);
  l.b.jump(join);
  startSealed(l, missing);
  l.b.write(shape.variable, l.b.constant("ptr", 0n));
  l.b.jump(join);
  startSealed(l, join);
  return isWritten;
}

function writePointer(l: Lowering, node: ts.Node, name: string, shape: Shape, operand: Operand): boolean {
  if (shape.kind === "memory" && operand.kind === "memory") {
    // Memory of two kinds in one variable would make one instruction reach both, which the verifier forbids; and
    // stack memory is made once for each place in the source, so that a name for it must not move.
    const isMovable = !isFixedSpace(operand.space) && shape.record === operand.record;
    const mayJoin = shape.isJoin === true && canJoin(shape) && canJoin(operand);
    if (shape.type !== operand.type || !(mayJoin || (isMovable && shape.space === operand.space))) {
      report(l, node, "rebindMemory", { name });
      return false;
    }
    l.b.write(shape.variable, address(l, operand));
    return true;
  }
  if (shape.kind === "kernel" && operand.kind === "kernel" && isSameKernelType(operand.type, shape.type)) {
    l.b.write(shape.variable, kernelAddress(l, operand));
    return true;
  }
  if (shape.kind === "ref" && operand.kind === "ref") {
    if (shape.space !== operand.space || isFixedSpace(operand.space) || shape.type !== operand.type) {
      report(l, node, "rebindMemory", { name });
      return false;
    }
    l.b.write(shape.variable, operand.base);
    return true;
  }
  if (shape.kind === "user" && operand.kind === "user") {
    l.b.write(shape.variable, operand.value);
    return true;
  }
  if (shape.kind === "opaque" && operand.kind === "opaque") {
    l.b.write(shape.variable, operand.value);
    return true;
  }
  return mismatch(l, node, operand);
}

/** A variable that stands for such memory always stands for the same. */
export function isFixedSpace(space: MemoryOperand["space"]): boolean {
  return space !== "map" && space !== "packet";
}

function isSameKernelType(a: KernelType, b: KernelType): boolean {
  if (a.kind === "struct" && b.kind === "struct") return a.struct === b.struct;
  if (a.kind === "scalar" && b.kind === "scalar") return isSameScalar(a.type, b.type);
  if (a.kind === "enum" && b.kind === "enum") return a.enumeration === b.enumeration && isSameScalar(a.type, b.type);
  if (a.kind === "pointer" && b.kind === "pointer") return a.user === b.user && isSameKernelType(a.to, b.to);
  if (a.kind === "array" && b.kind === "array") return a.length === b.length && isSameKernelType(a.element, b.element);
  return a.kind === "void" && b.kind === "void";
}

function isSameScalar(a: ScalarType, b: ScalarType): boolean {
  if (a.kind === "int" && b.kind === "int") return a.bits === b.bits && a.signed === b.signed;
  return a.kind === b.kind;
}

/** The verifier takes any of these in one register, and nothing about them has to be followed. */
function canJoin({ space, record }: Pick<MemoryOperand, "space" | "record">): boolean {
  return (space === "stack" || space === "map") && !record;
}

function mismatch(l: Lowering, node: ts.Node, operand: Operand): boolean {
  report(l, node, "notAValue", { what: describe(operand), instead: "store a value of the variable's own type" });
  return false;
}

/** For messages. */
export function describe(operand: Operand): string {
  switch (operand.kind) {
    case "int":
      return operand.type === "number" ? "a number" : operand.type === "bigint" ? "a bigint" : "an integer";
    case "bool":
      return "a boolean";
    case "quotient":
      return "a quotient";
    case "memory":
      return operand.type.kind === "struct" ? "a struct" : "an array";
    case "kernel":
      return "kernel memory";
    case "user":
      return "a pointer to user memory";
    case "opaque":
      return "a kernel object";
    case "nullable":
      return "a value that may be missing";
    case "ref":
      return "a reference";
    case "ctx":
      return "the context";
    case "ctxArgs":
      return "the list of arguments";
    case "ctxArray":
      return "a part of the context";
    case "packet":
      return "the packet";
    case "void":
      return "undefined";
    case "null":
      return "null";
    case "text":
      return "text";
    case "static":
      return describeStatic(operand.value.kind);
    case "error":
      return "this";
  }
}

function describeStatic(kind: string): string {
  const names: Record<string, string> = {
    schema: "a schema",
    data: "a variable of the object",
    map: "a map",
    program: "a program",
    function: "a function",
    record: "an object",
    list: "an array of constants",
    module: "a module",
    intrinsic: "a function of tsbpf",
    math: "Math",
  };
  return names[kind] ?? "this";
}
