// The types of the language as the compiler sees them: sizes, C layout, and what a TypeScript type stands for.

import { ts } from "./typescript.js";

export interface IntType {
  readonly kind: "int";
  readonly bits: 8 | 16 | 32 | 64;
  readonly signed: boolean;
}

/** One field of a struct, at its place in the C layout. Sizes and offsets are in bytes. */
export interface Field {
  readonly name: string;
  readonly type: DataType;
  readonly offset: number;
}

export interface StructType {
  readonly kind: "struct";
  /** The name of the `const` that holds the schema; "" for a schema inside another. */
  readonly name: string;
  readonly fields: readonly Field[];
  readonly size: number;
  readonly align: number;
}

export interface ArrayType {
  readonly kind: "array";
  /** What it is in TypeScript: text, raw bytes, or elements. */
  readonly form: "chars" | "bytes" | "elements";
  readonly element: DataType;
  readonly length: number;
}

export interface BoolType {
  readonly kind: "bool";
}

/** What can lie in the program's own memory: a schema's type. */
export type DataType = IntType | BoolType | StructType | ArrayType;
export type ScalarType = IntType | BoolType;
export type AggregateType = StructType | ArrayType;

export const intTypes = {
  u8: { kind: "int", bits: 8, signed: false },
  u16: { kind: "int", bits: 16, signed: false },
  u32: { kind: "int", bits: 32, signed: false },
  u64: { kind: "int", bits: 64, signed: false },
  i8: { kind: "int", bits: 8, signed: true },
  i16: { kind: "int", bits: 16, signed: true },
  i32: { kind: "int", bits: 32, signed: true },
  i64: { kind: "int", bits: 64, signed: true },
} as const satisfies Record<string, IntType>;

export const boolType: BoolType = { kind: "bool" };

export function intName(type: IntType): string {
  return `${type.signed ? "i" : "u"}${type.bits}`;
}

export function intTypeByName(name: string): IntType | undefined {
  return Object.hasOwn(intTypes, name) ? intTypes[name as keyof typeof intTypes] : undefined;
}

export function isScalar(type: DataType): type is ScalarType {
  return type.kind === "int" || type.kind === "bool";
}

/** In bytes. */
export function sizeOf(type: DataType): number {
  switch (type.kind) {
    case "int":
      return type.bits / 8;
    case "bool":
      return 1;
    case "struct":
      return type.size;
    case "array":
      return sizeOf(type.element) * type.length;
  }
}

/** In bytes. */
export function alignOf(type: DataType): number {
  switch (type.kind) {
    case "int":
      return type.bits / 8;
    case "bool":
      return 1;
    case "struct":
      return type.align;
    case "array":
      return alignOf(type.element);
  }
}

/** The C layout of fields in order. An empty struct has size 0. */
export function layOutStruct(name: string, fields: readonly { name: string; type: DataType }[]): StructType {
  let offset = 0;
  let align = 1;
  const placed = fields.map((field) => {
    const fieldAlign = alignOf(field.type);
    offset = roundUp(offset, fieldAlign);
    align = Math.max(align, fieldAlign);
    const result = { name: field.name, type: field.type, offset };
    offset += sizeOf(field.type);
    return result;
  });
  return { kind: "struct", name, fields: placed, size: roundUp(offset, align), align };
}

export function roundUp(value: number, alignment: number): number {
  return Math.ceil(value / alignment) * alignment;
}

/** For messages: "u32", "chars(16)", "ExecEvent". */
export function typeName(type: DataType): string {
  switch (type.kind) {
    case "int":
      return intName(type);
    case "bool":
      return "bool";
    case "struct":
      return type.name || "struct";
    case "array":
      return type.form === "elements"
        ? `array(${typeName(type.element)}, ${type.length})`
        : `${type.form}(${type.length})`;
  }
}

// ---- TypeScript's types -----------------------------------------------------------------------------------------

/** What a TypeScript type says about a value, where no value is at hand: a variable's or a parameter's declaration. */
export type DeclaredType =
  | ScalarType
  /** A plain `number`: an exact integer. */
  | { readonly kind: "number" }
  /** A plain `bigint`: 64 bits without a sign of its own. */
  | { readonly kind: "bigint" }
  | { readonly kind: "void" }
  | { readonly kind: "nullable"; readonly inner: DeclaredType }
  /** A `bpfCore…` interface: an object in kernel memory. */
  | { readonly kind: "kernel"; readonly type: ts.Type }
  /** Any other object: its shape comes from the value that it is given. */
  | { readonly kind: "object"; readonly type: ts.Type };

/** The name that lang/types.ts put on a type ("u32", "chars", "ptr" …). */
export function brandsOf(checker: ts.TypeChecker, type: ts.Type): readonly string[] {
  const property = type.getProperties().find((symbol) => symbol.name.startsWith("__@brand@"));
  if (!property) return [];
  const brand = checker.getTypeOfSymbol(property);
  const parts = brand.isUnion() ? brand.types : [brand];
  return parts.filter((part) => part.isStringLiteral()).map((part) => part.value);
}

/** The argument of a mark of lang/types.ts ("bitsBrand" …) on a type. */
export function typeMark(checker: ts.TypeChecker, type: ts.Type, mark: string): ts.Type | undefined {
  const property = type.getProperties().find((symbol) => symbol.name.startsWith(`__@${mark}@`));
  return property && checker.getNonNullableType(checker.getTypeOfSymbol(property));
}

export function declaredType(checker: ts.TypeChecker, type: ts.Type): DeclaredType | undefined {
  if (type.flags & (ts.TypeFlags.Void | ts.TypeFlags.Undefined)) return { kind: "void" };
  if (type.flags & ts.TypeFlags.BooleanLike) return boolType;
  if (type.isUnion()) return declaredUnion(checker, type);
  // `T extends u8 | u64` is whichever of them a call gives, not the first one.
  if (type.flags & ts.TypeFlags.TypeParameter && checker.getBaseConstraintOfType(type)?.isUnion()) return undefined;
  const brands = brandsOf(checker, type);
  for (const brand of brands) {
    const int = intTypeByName(brand);
    if (int) return int;
  }
  if (type.flags & ts.TypeFlags.NumberLike) return { kind: "number" };
  if (type.flags & ts.TypeFlags.BigIntLike) return { kind: "bigint" };
  if (isKernelType(type)) return { kind: "kernel", type };
  if (type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection)) return { kind: "object", type };
  return undefined;
}

function declaredUnion(checker: ts.TypeChecker, type: ts.UnionType): DeclaredType | undefined {
  const absent = ts.TypeFlags.Undefined | ts.TypeFlags.Null;
  const present = type.types.filter((part) => !(part.flags & absent));
  if (present.every((part) => part.flags & ts.TypeFlags.BooleanLike)) return nullableIf(present, type, boolType);
  const common = commonType(present.map((part) => declaredType(checker, part)));
  return common && nullableIf(present, type, common);
}

/** What values of all these types are: `0 | 1` and `u8 | u32` are exact numbers, `u64 | 0n` is a u64. */
function commonType(kinds: readonly (DeclaredType | undefined)[]): DeclaredType | undefined {
  const [first, ...others] = kinds;
  if (!first) return undefined;
  if (others.every((kind) => kind && sameScalar(kind, first))) return first;
  if (kinds.every((kind) => kind && isNumber(kind))) return { kind: "number" };
  if (!kinds.every((kind) => kind && isBigint(kind))) return undefined;
  const sized = kinds.filter((kind) => kind?.kind === "int");
  return sized.every((kind) => kind.signed === sized[0]?.signed) ? sized[0] : { kind: "bigint" };
}

/** A number, exact whatever its width. */
export function isNumber(type: DeclaredType): boolean {
  return type.kind === "number" || (type.kind === "int" && type.bits < 64);
}

function isBigint(type: DeclaredType): boolean {
  return type.kind === "bigint" || (type.kind === "int" && type.bits === 64);
}

function nullableIf(present: readonly ts.Type[], union: ts.UnionType, inner: DeclaredType): DeclaredType {
  return present.length === union.types.length ? inner : { kind: "nullable", inner };
}

/** Null or undefined may be among the values of this type. */
export function mayBeAbsent(type: ts.Type): boolean {
  const absent =
    ts.TypeFlags.Undefined | ts.TypeFlags.Null | ts.TypeFlags.Void | ts.TypeFlags.Any | ts.TypeFlags.Unknown;
  return type.isUnion() ? type.types.some((part) => part.flags & absent) : (type.flags & absent) !== 0;
}

export function sameScalar(a: DeclaredType, b: DeclaredType): boolean {
  if (a.kind === "int" && b.kind === "int") return a.bits === b.bits && a.signed === b.signed;
  if (a.kind === "kernel" && b.kind === "kernel") return a.type === b.type;
  if (a.kind === "object" && b.kind === "object") return a.type === b.type;
  return a.kind === b.kind;
}

/** The interface behind a `bpfCore…` type (through `Ptr<…>`), or undefined. */
export function kernelInterface(type: ts.Type): ts.Type | undefined {
  if (type.isIntersection()) return type.types.map(kernelInterface).find((part) => part !== undefined);
  const { symbol } = type;
  return symbol?.flags & ts.SymbolFlags.Interface && isKernelInterfaceName(symbol.name) ? type : undefined;
}

export function isKernelInterfaceName(name: string): boolean {
  return name.startsWith("bpfCore");
}

function isKernelType(type: ts.Type): boolean {
  return kernelInterface(type) !== undefined;
}
