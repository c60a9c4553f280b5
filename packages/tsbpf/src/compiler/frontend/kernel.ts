// Kernel memory through CO-RE: `bpfCore…` interfaces as local types, property accesses as relocated reads.

import { ts } from "./typescript.js";
import type { Inst } from "../ir/ir.js";
import { isKernelName } from "./declarations.js";
import { report, type Compilation, type Lowering } from "./lowering.js";
import { sizedInt } from "./numbers.js";
import {
  errorOperand,
  type KernelField,
  type KernelOperand,
  type KernelStruct,
  type KernelType,
  type Operand,
} from "./operands.js";
import { alignOf, boolType, brandsOf, intTypeByName, kernelInterface, roundUp, sizeOf } from "./types.js";
import { loadType } from "./memory.js";

/** The kernel type behind a `bpfCore…` interface; its fields are looked at once. */
export function kernelStruct(c: Compilation, type: ts.Type): KernelStruct | undefined {
  const symbol = kernelInterface(type)?.symbol;
  const declaration = symbol?.declarations?.[0];
  if (!symbol || !declaration) return undefined;
  const known = c.kernelStructs.get(symbol);
  if (known) return known;
  const name = kernelTypeName(symbol.name);
  const fields: KernelField[] = [];
  const struct: KernelStruct = { key: uniqueKey(c, name), name, fields };
  // Known before its fields are looked at: a task has a pointer to a task.
  c.kernelStructs.set(symbol, struct);
  for (const property of (kernelInterface(type) as ts.Type).getProperties()) {
    const node = property.declarations?.[0] ?? declaration;
    const field = kernelField(c, property, node);
    if (field) fields.push(field);
  }
  return struct;
}

function uniqueKey(c: Compilation, name: string): string {
  let key = name;
  for (let count = 2; c.kernelKeys.has(key); count++) key = `${name}#${count}`;
  c.kernelKeys.add(key);
  return key;
}

/** bpfCoreTaskStruct -> task_struct; a suffix `___flavour` stays as it is. */
export function kernelTypeName(interfaceName: string): string {
  const [base = "", ...flavour] = interfaceName.slice("bpfCore".length).split("___");
  return [snakeCase(base), ...flavour].join("___");
}

/** realParent -> real_parent; what is in kernel spelling already stays. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter, index: number) => (index > 0 ? "_" : "") + letter.toLowerCase());
}

function kernelField(c: Compilation, property: ts.Symbol, node: ts.Node): KernelField | undefined {
  const type = c.checker.getTypeOfSymbolAtLocation(property, node);
  if (!isKernelName(property.name)) report(c, node, "programTarget", { what: `'${property.name}'` });
  const kernelType = fieldType(c, c.checker.getNonNullableType(type), type.isUnion());
  if (!kernelType) {
    report(c, node, "kernelType", { type: c.checker.typeToString(type) });
    return undefined;
  }
  return { property: property.name, name: snakeCase(property.name), type: kernelType };
}

function fieldType(c: Compilation, type: ts.Type, nullable: boolean): KernelType | undefined {
  const brands = brandsOf(c.checker, type);
  if (kernelInterface(type)) {
    const struct = kernelStruct(c, type);
    if (!struct) return undefined;
    return { kind: nullable || brands.includes("ptr") ? "pointer" : "struct", struct };
  }
  if (type.flags & ts.TypeFlags.BooleanLike) return { kind: "scalar", type: boolType };
  for (const brand of brands) {
    const int = intTypeByName(brand);
    if (int) return { kind: "scalar", type: int };
    if (brand === "chars" || brand === "bytes" || brand === "array") return arrayField(c, type, brand);
  }
  return undefined;
}

function arrayField(c: Compilation, type: ts.Type, brand: "chars" | "bytes" | "array"): KernelType | undefined {
  const lengthSymbol = type.getProperty("length");
  const lengthType = lengthSymbol && c.checker.getTypeOfSymbol(lengthSymbol);
  const element = type.getNumberIndexType();
  const elementType = element && fieldType(c, element, false);
  if (!lengthType?.isNumberLiteral() || !elementType) return undefined;
  const form = brand === "array" ? "elements" : brand;
  return { kind: "array", form, element: elementType, length: lengthType.value };
}

// ---- layout of the local type -----------------------------------------------------------------------------------

/** In bytes, in the local type; a kernel's own may differ, which is what the relocations are for. */
export function kernelSize(type: KernelType): number {
  switch (type.kind) {
    case "scalar":
      return sizeOf(type.type);
    case "pointer":
      return 8;
    case "array":
      return kernelSize(type.element) * type.length;
    case "struct":
      return layOutKernel(type.struct).size;
  }
}

function kernelAlign(type: KernelType): number {
  switch (type.kind) {
    case "scalar":
      return alignOf(type.type);
    case "pointer":
      return 8;
    case "array":
      return kernelAlign(type.element);
    case "struct":
      return Math.max(1, ...type.struct.fields.map((field) => kernelAlign(field.type)));
  }
}

/** Offsets of the fields in bytes, and the size, of the local type. */
export function layOutKernel(struct: KernelStruct): { readonly offsets: readonly number[]; readonly size: number } {
  let size = 0;
  let align = 1;
  const offsets = struct.fields.map((field) => {
    const fieldAlign = kernelAlign(field.type);
    align = Math.max(align, fieldAlign);
    const offset = roundUp(size, fieldAlign);
    size = offset + kernelSize(field.type);
    return offset;
  });
  return { offsets, size: roundUp(size, align) };
}

/** The offset in bytes of a path in the local type. */
function localOffset(root: KernelStruct, path: readonly number[]): number {
  let type: KernelType = { kind: "struct", struct: root };
  let offset = 0;
  for (const index of path) {
    if (type.kind === "struct") {
      offset += layOutKernel(type.struct).offsets[index] ?? 0;
      type = type.struct.fields[index]?.type ?? type;
    } else if (type.kind === "array") {
      offset += kernelSize(type.element) * index;
      type = type.element;
    }
  }
  return offset;
}

// ---- access -----------------------------------------------------------------------------------------------------

/** A kernel object at this address. */
export function kernelObject(struct: KernelStruct, base: Inst): KernelOperand {
  return { kind: "kernel", root: struct, base, path: [], type: { kind: "struct", struct } };
}

/** libbpf's access string: the object itself, then member and element indices. */
function accessString(path: readonly number[]): string {
  return ["0", ...path].join(":");
}

/** The address of the place, relocated. */
export function kernelAddress(l: Lowering, place: KernelOperand): Inst {
  if (place.path.length === 0) return place.base;
  const local = BigInt(localOffset(place.root, place.path));
  const offset = l.b.core("i64", "field_byte_offset", place.root.key, accessString(place.path), local);
  return l.b.binary("add", place.base, offset);
}

/** The member of a kernel object, as a place that is not read yet. */
export function kernelMember(place: KernelOperand, property: string): KernelOperand | undefined {
  if (place.type.kind !== "struct") return undefined;
  const index = place.type.struct.fields.findIndex((field) => field.property === property);
  const field = place.type.struct.fields[index];
  return field && { ...place, path: [...place.path, index], type: field.type };
}

/** An element of an array in kernel memory. */
export function kernelElement(l: Lowering, node: ts.Node, place: KernelOperand, index: bigint): Operand {
  if (place.type.kind !== "array") return errorOperand;
  const { length, element } = place.type;
  if (index < 0n || index >= BigInt(length)) {
    report(l, node, "indexRange", { index, length, last: length - 1 });
    return errorOperand;
  }
  return { ...place, path: [...place.path, Number(index)], type: element };
}

/**
 * A place as a value: scalars and pointers are read (a read that faults gives 0), structs and arrays stay places.
 * `nullable`: the field's type has null in it, so that the pointer must be checked.
 */
export function readKernel(l: Lowering, place: KernelOperand, nullable: boolean): Operand {
  const { type } = place;
  if (type.kind === "struct" || type.kind === "array") return place;
  if (type.kind === "pointer") {
    const pointer = l.b.convert("int2ptr", "ptr", l.b.kread("i64", "u64", kernelAddress(l, place)));
    const object = kernelObject(type.struct, pointer);
    return nullable ? { kind: "nullable", present: pointer, inner: object } : object;
  }
  const value = l.b.kread("i64", loadType(type.type), kernelAddress(l, place));
  if (type.type.kind === "int") return sizedInt(type.type, value);
  return { kind: "bool", value: l.b.compare("ne", value, l.b.constant("i64", 0n)) };
}

/** `bpfCoreFieldExists(…)`: 1 or 0, filled in when the program is loaded. */
export function kernelFieldExists(l: Lowering, place: KernelOperand): Operand {
  return { kind: "bool", value: l.b.core("i32", "field_exists", place.root.key, accessString(place.path), 1n) };
}
