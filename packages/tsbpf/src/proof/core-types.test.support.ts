// Made-up kernel types for the proof of CO-RE: what a program's view says of a struct, and what the struct really is
// in a kernel that has moved, resized, wrapped or lost its fields.

import { BtfBuilder } from "../btf/encode.js";
import type { BtfMember, BtfType, BtfTypeId } from "../btf/types.js";
import type { Random } from "./random.test.support.js";

export type CoreNumber = "u8" | "u16" | "u32" | "u64" | "i8" | "i16" | "i32" | "i64";

/** What the view says of a field. */
export type CoreShape =
  /** `kernelType` is what it is in the kernel: as large, or larger than the view says. */
  | { readonly kind: "number"; readonly type: CoreNumber; readonly kernelType: CoreNumber }
  | { readonly kind: "bits"; readonly type: "u32" | "boolean"; readonly bits: number; readonly kernelBits: number }
  | { readonly kind: "enum" }
  | { readonly kind: "array"; readonly type: CoreNumber; readonly length: number }
  | { readonly kind: "inside"; readonly struct: CoreStruct }
  | { readonly kind: "pointer"; readonly struct: CoreStruct; readonly mayBeNull: boolean };

export interface CoreField {
  readonly name: string;
  readonly shape: CoreShape;
  /** Where it is in the kernel's struct; undefined where the kernel has no such field. */
  readonly offsetBits: number | undefined;
}

export interface CoreStruct {
  /** In the kernel; the view is called bpfCore_NAME. */
  readonly name: string;
  readonly fields: readonly CoreField[];
  readonly sizeBytes: number;
  readonly typeId: BtfTypeId;
}

export interface CoreEnum {
  readonly name: string;
  readonly sizeBytes: 4 | 8;
  /** In the view; the kernel's numbers are others. */
  readonly values: readonly { readonly name: string; readonly kernelValue: bigint | undefined }[];
}

export interface CoreTypes {
  /** The first may contain the others or point to them. */
  readonly structs: readonly CoreStruct[];
  readonly enums: readonly CoreEnum[];
  /** The made-up kernel's BTF. */
  readonly btf: Uint8Array<ArrayBuffer>;
}

export const coreNumbers: readonly CoreNumber[] = ["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64"];
const namesInC: Readonly<Record<CoreNumber, string>> = {
  u8: "unsigned char",
  u16: "unsigned short",
  u32: "unsigned int",
  u64: "unsigned long long",
  i8: "signed char",
  i16: "short",
  i32: "int",
  i64: "long long",
};

export function bytesOf(type: CoreNumber): number {
  return Number(type.slice(1)) / 8;
}

export function randomTypes(random: Random): CoreTypes {
  const btf = new BtfBuilder();
  const colour: CoreEnum = {
    name: "zz_colour",
    sizeBytes: 4,
    values: ["ZZ_RED", "ZZ_GREEN", "ZZ_GONE"].map((name, index) => {
      return { name, kernelValue: index < 2 ? BigInt(random.below(1000) * 3 + index) : undefined };
    }),
  };
  const wide: CoreEnum = {
    name: "zz_wide",
    sizeBytes: 8,
    values: [
      { name: "ZZ_HUGE", kernelValue: (1n << 40n) + BigInt(random.below(1000)) },
      { name: "ZZ_LOST", kernelValue: undefined },
    ],
  };
  const enums = [colour, wide];
  for (const each of enums) btf.add(enumType(each));
  // What `emulate` makes for the current task.
  btf.add({ kind: "struct", name: "task_struct", size: 8, members: [] });
  const structs: CoreStruct[] = [];
  for (const name of ["zz_gamma", "zz_beta", "zz_alpha"]) structs.unshift(aStruct(random, btf, name, structs));
  return { structs, enums, btf: btf.finish() };
}

function enumType({ name, sizeBytes, values }: CoreEnum): BtfType {
  const known = values.flatMap((each) =>
    each.kernelValue === undefined ? [] : [{ name: each.name, value: each.kernelValue }],
  );
  return { kind: sizeBytes === 4 ? "enum" : "enum64", name, size: sizeBytes, signed: false, values: known };
}

function aShape(random: Random, others: readonly CoreStruct[]): CoreShape {
  const kind = random.below(others.length > 0 ? 10 : 7);
  const type = random.pick(coreNumbers);
  if (kind < 3) {
    const wider = coreNumbers.filter((each) => each[0] === type[0] && bytesOf(each) > bytesOf(type));
    return { kind: "number", type, kernelType: wider.length > 0 && random.chance(20) ? random.pick(wider) : type };
  }
  if (kind < 5) {
    const bits = random.chance(30) ? 1 : 1 + random.below(20);
    const isBoolean = bits === 1 && random.chance(50);
    return { kind: "bits", type: isBoolean ? "boolean" : "u32", bits, kernelBits: bits + random.below(8) };
  }
  if (kind === 5) return { kind: "enum" };
  if (kind === 6) return { kind: "array", type, length: random.pick([1, 2, 4, 8]) };
  const struct = random.pick(others);
  if (kind === 7) return { kind: "inside", struct };
  return { kind: "pointer", struct, mayBeNull: random.chance(50) };
}

/** A field with its place, which is found only now: the order in the kernel is another than in the view. */
function aStruct(random: Random, btf: BtfBuilder, name: string, others: readonly CoreStruct[]): CoreStruct {
  const shapes = Array.from({ length: 4 + random.below(6) }, () => aShape(random, others));
  const named = shapes.map((shape, index) => ({ name: `f${index}`, shape, key: random.below(1000) }));
  const places = new Map<string, number>();
  const members: BtfMember[] = [];
  let at = 0;
  for (const { name: field, shape } of named.toSorted((a, b) => a.key - b.key)) {
    if (random.chance(15)) continue;
    at += random.below(4);
    if (random.chance(25)) at = wrapped(btf, members, places, field, shape, at);
    else at = place(btf, members, places, field, shape, at);
  }
  const size = roundUp(at, 8) + 8;
  const typeId = btf.add({ kind: "struct", name, size, members });
  const fields = named.map(({ name: field, shape }) => ({ name: field, shape, offsetBits: places.get(field) }));
  return { name, fields, sizeBytes: size, typeId };
}

function roundUp(value: number, to: number): number {
  return Math.ceil(value / to) * to;
}

/** The member at the next place that suits it; gives the end. */
function place(
  btf: BtfBuilder,
  members: BtfMember[],
  places: Map<string, number>,
  name: string,
  shape: CoreShape,
  at: number,
): number {
  const { type, sizeBytes, alignBytes } = memberType(btf, shape);
  const start = roundUp(at, alignBytes);
  // Somewhere in the four bytes that hold it.
  const shift = shape.kind === "bits" ? (start * 7 + name.charCodeAt(1)) % (32 - shape.kernelBits) : 0;
  const offsetBits = 8 * start + shift;
  members.push({ name, type, offsetBits, bitfieldSizeBits: shape.kind === "bits" ? shape.kernelBits : 0 });
  places.set(name, offsetBits);
  return start + sizeBytes;
}

/** The member in an anonymous struct or union of its own. */
function wrapped(
  btf: BtfBuilder,
  members: BtfMember[],
  places: Map<string, number>,
  name: string,
  shape: CoreShape,
  at: number,
): number {
  const start = roundUp(at, 8);
  const inner: BtfMember[] = [];
  const kind = start % 16 === 0 ? "union" : "struct";
  const end = place(btf, inner, places, name, shape, kind === "union" ? 0 : 4);
  const size = roundUp(end, 8);
  const type = btf.add({ kind, name: "", size, members: inner });
  members.push({ name: "", type, offsetBits: 8 * start, bitfieldSizeBits: 0 });
  places.set(name, (places.get(name) ?? 0) + 8 * start);
  return start + size;
}

interface MemberType {
  readonly type: BtfTypeId;
  readonly sizeBytes: number;
  readonly alignBytes: number;
}

function memberType(btf: BtfBuilder, shape: CoreShape): MemberType {
  const scalar = (type: BtfTypeId, sizeBytes: number): MemberType => ({ type, sizeBytes, alignBytes: sizeBytes });
  switch (shape.kind) {
    case "number":
      return scalar(numberType(btf, shape.kernelType), bytesOf(shape.kernelType));
    case "bits":
      return scalar(numberType(btf, "u32"), 4);
    case "enum":
      return scalar(1, 4);
    case "array": {
      const index = numberType(btf, "u32");
      const type = btf.add({ kind: "array", element: numberType(btf, shape.type), index, length: shape.length });
      return { type, sizeBytes: shape.length * bytesOf(shape.type), alignBytes: bytesOf(shape.type) };
    }
    case "inside":
      return { type: shape.struct.typeId, sizeBytes: shape.struct.sizeBytes, alignBytes: 8 };
    case "pointer":
      return scalar(btf.add({ kind: "ptr", type: shape.struct.typeId }), 8);
  }
}

function numberType(btf: BtfBuilder, type: CoreNumber): BtfTypeId {
  const size = bytesOf(type);
  const encoding = type.startsWith("i") ? "signed" : "unsigned";
  return btf.add({ kind: "int", name: namesInC[type], size, bits: 8 * size, offsetBits: 0, encoding });
}
