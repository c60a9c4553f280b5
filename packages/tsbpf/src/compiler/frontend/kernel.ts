// Reading kernel memory: a property access is a place, and a place is read through relocated offsets, with plain loads
// where the verifier knows the object and with bpf_probe_read_kernel elsewhere.

import type { ts } from "./typescript.js";
import type { Inst, MemType } from "../ir/ir.js";
import { readBits } from "./kernel-bits.js";
import { kernelSize, useField, type KernelPointer, type KernelStruct, type KernelType } from "./kernel-types.js";
import { report, startSealed, type Lowering } from "./lowering.js";
import { constantValue, sizedInt } from "./numbers.js";
import { errorOperand, type IntOperand, type KernelOperand, type Operand } from "./operands.js";
import type { ScalarType } from "./types.js";
import { visibleRange } from "./visible.js";

/** A kernel object at this address, of which the verifier knows nothing. */
export function kernelObject(struct: KernelStruct, base: Inst): KernelOperand {
  return objectAt({ kind: "struct", struct }, base, false, false);
}

/** A kernel object whose type the verifier knows. It may still want to see a check for null, so that reads have one. */
export function trustedObject(struct: KernelStruct, base: Inst): KernelOperand {
  return objectAt({ kind: "struct", struct }, base, true, true);
}

function objectAt(type: KernelType, base: Inst, trusted: boolean, given: boolean): KernelOperand {
  const root = type.kind === "struct" ? type.struct : undefined;
  return { kind: "kernel", root, base, path: [], type, trusted, unchecked: trusted, given: given && trusted };
}

/** What a pointer with this value leads to. `given`: it is an argument of the program. */
export function pointerOperand(pointer: KernelPointer, value: Inst, trusted: boolean, given = false): Operand {
  // Behind a pointer to anything but a struct the verifier sees a mere number.
  const inner: Operand = pointer.user
    ? { kind: "user", value }
    : objectAt(pointer.to, value, trusted && pointer.to.kind === "struct", given);
  return pointer.nullable ? { kind: "nullable", present: value, inner } : inner;
}

// ---- places -----------------------------------------------------------------------------------------------------

/** libbpf's access string: the object itself, then member and element indices. */
export function accessString(path: readonly number[]): string {
  return ["0", ...path].join(":");
}

/** The member of a kernel object, as a place that is not read yet. */
export function kernelMember(l: Lowering, place: KernelOperand, property: string): KernelOperand | undefined {
  if (place.type.kind !== "struct") return undefined;
  const index = useField(l, place.type.struct, property);
  const field = index === undefined ? undefined : place.type.struct.fields[index];
  return field && index !== undefined ? { ...place, path: [...place.path, index], type: field.type } : undefined;
}

/** The address of the place, relocated. Of an object that may be null it is some address that cannot be read. */
export function kernelAddress(l: Lowering, place: KernelOperand): Inst {
  if (place.path.length === 0 || !place.root) return place.base;
  if (!place.unchecked) return offsetAddress(l, place);
  return ifPresent(l, place, "ptr", () => offsetAddress(l, place));
}

function offsetAddress(l: Lowering, place: KernelOperand): Inst {
  if (place.path.length === 0 || !place.root) return place.base;
  const offset = l.b.core("i64", "field_byte_offset", place.root.key, accessString(place.path), 0n);
  return l.b.binary("add", place.base, offset);
}

/**
 * What `work` makes of an object that is not null, otherwise zero. The verifier forbids even arithmetic on a pointer
 * that may be null, and which pointers may be differs from kernel to kernel.
 */
export function ifPresent(l: Lowering, place: KernelOperand, type: "i64" | "ptr", work: () => Inst): Inst {
  if (!place.unchecked) return work();
  const variable = { name: "member", type } as const;
  const present = l.b.createBlock();
  const join = l.b.createBlock();
  l.b.write(variable, l.b.constant(type, 0n));
  l.b.branch(l.b.compare("ne", place.base, l.b.constant("ptr", 0n)), present, join);
  startSealed(l, present);
  l.b.write(variable, work());
  l.b.jump(join);
  startSealed(l, join);
  return l.b.read(variable);
}

// ---- reading ----------------------------------------------------------------------------------------------------

/**
 * A place as a value: numbers and pointers are read (a read that faults gives 0), structs and arrays stay places.
 */
export function readKernel(l: Lowering, place: KernelOperand): Operand {
  const { type } = place;
  switch (type.kind) {
    case "struct":
    case "array":
    case "void":
      return place;
    case "pointer":
      return pointerOperand(type, l.b.convert("int2ptr", "ptr", readMemory(l, place, "u64")), place.trusted);
    case "bits":
      return numberOperand(l, type.of.type, readBits(l, place, type));
    case "scalar":
    case "enum":
      return numberOperand(l, type.type, readMemory(l, place, memTypeOf(type.type)));
  }
}

function readMemory(l: Lowering, place: KernelOperand, mem: MemType): Inst {
  if (!place.trusted) return l.b.kread("i64", mem, kernelAddress(l, place));
  return ifPresent(l, place, "i64", () => l.b.load("i64", mem, offsetAddress(l, place), 0));
}

/** The memory type that widens to the exact i64 of a number. */
function memTypeOf(type: ScalarType): MemType {
  if (type.kind === "bool") return "u8";
  return type.bits === 64 ? "u64" : `${type.signed ? "i" : "u"}${type.bits}`;
}

function numberOperand(l: Lowering, type: ScalarType, value: Inst): Operand {
  if (type.kind === "int") return sizedInt(type, value);
  return { kind: "bool", value: l.b.compare("ne", value, l.b.constant("i64", 0n)) };
}

// ---- elements ---------------------------------------------------------------------------------------------------

/** `array[index]` in kernel memory as a value: 0 outside. */
export function readKernelElement(l: Lowering, node: ts.Node, array: KernelOperand, index: IntOperand): Operand {
  if (array.type.kind !== "array") return errorOperand;
  const { length, element } = array.type;
  const known = constantValue(index);
  if (known !== undefined) {
    const place = constantElement(l, node, array, known);
    return place ? readKernel(l, place) : errorOperand;
  }
  const range = visibleRange(l, index.value);
  const isInside = length === undefined || (range !== undefined && range.high < BigInt(length));
  if (isInside) return readKernel(l, variableElement(l, array, element, index.value));
  return checkedElement(l, node, array, index);
}

/** The element at a constant index, as a place. Undefined after a diagnostic. */
export function constantElement(
  l: Lowering,
  node: ts.Node,
  array: KernelOperand,
  index: bigint,
): KernelOperand | undefined {
  if (array.type.kind !== "array") return undefined;
  const { length, element } = array.type;
  if (index < 0n || (length !== undefined && index >= BigInt(length))) {
    report(l, node, "indexRange", { index, length: length ?? 0, last: (length ?? 1) - 1 });
    return undefined;
  }
  // A path through an array whose length is unknown would leave the local type.
  if (array.root && length !== undefined) return { ...array, path: [...array.path, Number(index)], type: element };
  return variableElement(l, array, element, l.b.constant("i64", index));
}

/** An index that may be outside is checked: a number there is 0, and so is a pointer, which reads 0 in turn. */
function checkedElement(l: Lowering, node: ts.Node, array: KernelOperand, index: IntOperand): Operand {
  if (array.type.kind !== "array" || array.type.length === undefined) return errorOperand;
  const { length, element } = array.type;
  if (element.kind === "struct" || element.kind === "array" || element.kind === "void" || element.kind === "bits") {
    report(l, node, "kernelIndex", { length, last: length - 1 });
    return errorOperand;
  }
  const variable = { name: "element", type: "i64" } as const;
  const inside = l.b.createBlock();
  const join = l.b.createBlock();
  l.b.write(variable, l.b.constant("i64", 0n));
  l.b.branch(l.b.compare("ult", index.value, l.b.constant("i64", BigInt(length))), inside, join);
  startSealed(l, inside);
  const place = variableElement(l, array, element, index.value);
  l.b.write(variable, readMemory(l, place, element.kind === "pointer" ? "u64" : memTypeOf(element.type)));
  l.b.jump(join);
  startSealed(l, join);
  const value = l.b.read(variable);
  if (element.kind !== "pointer") return numberOperand(l, element.type, value);
  return pointerOperand(element, l.b.convert("int2ptr", "ptr", value), false);
}

/** The element at an index that is inside, or behind a pointer. The verifier no longer knows what is there. */
function variableElement(l: Lowering, array: KernelOperand, element: KernelType, index: Inst): KernelOperand {
  const moved = (): Inst => l.b.binary("add", array.base, l.b.binary("mul", index, stride(l, array, element)));
  const place = {
    ...array,
    base: ifPresent(l, array, "ptr", moved),
    type: element,
    trusted: false,
    unchecked: false,
    given: false,
  };
  if (array.root) return { ...place, path: [...array.path, 0] };
  return { ...place, root: element.kind === "struct" ? element.struct : undefined };
}

/** Bytes from one element to the next. Only the running kernel knows how large its structs are. */
function stride(l: Lowering, array: KernelOperand, element: KernelType): Inst {
  const known = kernelSize(element);
  if (known !== undefined) return l.b.constant("i64", BigInt(known));
  if (array.root) return l.b.core("i64", "field_byte_size", array.root.key, accessString([...array.path, 0]), 0n);
  if (element.kind === "struct") return l.b.core("i64", "type_size", element.struct.key, "0", 0n);
  // An array of structs behind a pointer: so many of them.
  if (element.kind !== "array" || element.length === undefined) return l.b.constant("i64", 0n);
  return l.b.binary(
    "mul",
    stride(l, { ...array, type: element }, element.element),
    l.b.constant("i64", BigInt(element.length)),
  );
}
