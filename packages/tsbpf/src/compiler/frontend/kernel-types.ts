// The kernel's types as a program sees them: `bpfCore…` interfaces as data. A field is looked at when it is first
// used, and only used fields become part of the object: a generated view of the whole kernel costs nothing.

import { ts } from "./typescript.js";
import { parseViewName, snakeCase } from "../../btf/view-name.js";
import { isKernelName } from "./declarations.js";
import { report, type Compilation } from "./lowering.js";
import {
  boolType,
  brandsOf,
  intTypeByName,
  intTypes,
  kernelInterface,
  sizeOf,
  typeMark,
  type IntType,
  type ScalarType,
} from "./types.js";

/** A struct or union in kernel memory, from a `bpfCore…` interface. */
export interface KernelStruct {
  readonly kind: "struct";
  /** Names the local type in the module; different for two interfaces with one kernel name. */
  readonly key: string;
  /** The kernel's name with any flavour: "task_struct"; "" for one that is written in place. */
  readonly name: string;
  readonly form: "struct" | "union";
  /** The name is that of a typedef. */
  readonly isTypedef: boolean;
  /** The fields in use, in order of first use: the local type grows with the program. */
  readonly fields: KernelField[];
  readonly type: ts.Type;
}

export interface KernelField {
  /** The property's name in TypeScript. */
  readonly property: string;
  /** The kernel's name. */
  readonly name: string;
  readonly type: KernelType;
}

/** An enum of the kernel, from a `bpfCoreEnum…` interface. */
export interface KernelEnum {
  readonly kind: "enum";
  readonly key: string;
  readonly name: string;
  readonly isTypedef: boolean;
  readonly bits: 32 | 64;
  readonly values: readonly { readonly name: string; readonly value: bigint }[];
}

/** What a relocation can be about. */
export type KernelRoot = KernelStruct | KernelEnum;

/** A number in kernel memory. `enumeration`: undefined for an enum without a name. */
export type KernelNumber =
  | { readonly kind: "scalar"; readonly type: ScalarType }
  | { readonly kind: "enum"; readonly type: IntType; readonly enumeration: KernelEnum | undefined };

export type KernelType =
  | KernelNumber
  | { readonly kind: "bits"; readonly of: KernelNumber; readonly widthBits: number }
  | KernelArray
  | { readonly kind: "struct"; readonly struct: KernelStruct }
  | KernelPointer
  /** Only behind a pointer. */
  | { readonly kind: "void" };

export interface KernelArray {
  readonly kind: "array";
  readonly form: "chars" | "bytes" | "elements";
  readonly element: KernelType;
  /** Undefined where the program does not know it. */
  readonly length: number | undefined;
}

export interface KernelPointer {
  readonly kind: "pointer";
  readonly to: KernelType;
  /** Into the traced process's memory. */
  readonly user: boolean;
  /** Null is in its TypeScript type: it must be checked. */
  readonly nullable: boolean;
}

// ---- structs and enums ------------------------------------------------------------------------------------------

/** The kernel type behind a `bpfCore…` interface or an object type written in place. */
export function kernelStruct(c: Compilation, type: ts.Type): KernelStruct | undefined {
  const declared = kernelInterface(type) ?? literalPart(type);
  const symbol = declared?.symbol;
  if (!symbol) return undefined;
  const known = c.kernelRoots.get(symbol);
  if (known) return known.kind === "struct" ? known : undefined;
  const view = parseViewName(symbol.name);
  if (view?.isEnum) return undefined;
  const name = view?.name ?? "";
  const struct: KernelStruct = {
    kind: "struct",
    key: uniqueKey(c, name || "(anonymous)"),
    name,
    form: partsOf(type).some((part) => brandsOf(c.checker, part).includes("union")) ? "union" : "struct",
    isTypedef: typeMark(c.checker, type, "typedefBrand") !== undefined,
    fields: [],
    type: kernelInterface(type) ?? type,
  };
  c.kernelRoots.set(symbol, struct);
  checkFields(c, struct, symbol);
  return struct;
}

/** `{ readonly a: u32 }` as a part of an intersection or alone. */
function literalPart(type: ts.Type): ts.Type | undefined {
  const isLiteral = (part: ts.Type): boolean =>
    (part.symbol?.flags ?? 0) === ts.SymbolFlags.TypeLiteral &&
    part.getCallSignatures().length === 0 &&
    part.getProperties().some(isField);
  return partsOf(type).find(isLiteral);
}

function partsOf(type: ts.Type): readonly ts.Type[] {
  return type.isIntersection() ? type.types : [type];
}

/** Marks such as `[brand]` are properties too. */
function isField(property: ts.Symbol): boolean {
  return !property.name.startsWith("__@");
}

/** Says what is wrong in a view that the user wrote; a generated declaration file is right, and may be long. */
function checkFields(c: Compilation, struct: KernelStruct, symbol: ts.Symbol): void {
  if (symbol.declarations?.[0]?.getSourceFile().isDeclarationFile !== false) return;
  for (const property of struct.type.getProperties().filter(isField)) fieldOf(c, property);
}

function uniqueKey(c: Compilation, name: string): string {
  let key = name;
  for (let count = 2; c.kernelKeys.has(key); count++) key = `${name}#${count}`;
  c.kernelKeys.add(key);
  return key;
}

/** The index of a field in the local type, which gets it on first use. Undefined when there is no such field. */
export function useField(c: Compilation, struct: KernelStruct, name: string): number | undefined {
  const known = struct.fields.findIndex((field) => field.property === name);
  if (known >= 0) return known;
  const property = struct.type.getProperty(name);
  const field = property && isField(property) ? fieldOf(c, property) : undefined;
  return field && struct.fields.push(field) - 1;
}

/** Puts all that the view declares into the local type: for a question about the type as a whole. */
export function useAllFields(c: Compilation, struct: KernelStruct): void {
  const before = struct.fields.length;
  for (const property of struct.type.getProperties().filter(isField)) useField(c, struct, property.name);
  if (struct.fields.length === before) return;
  for (const { type } of struct.fields) useEmbedded(c, type);
}

function useEmbedded(c: Compilation, type: KernelType): void {
  if (type.kind === "struct") useAllFields(c, type.struct);
  if (type.kind === "array") useEmbedded(c, type.element);
}

function fieldOf(c: Compilation, property: ts.Symbol): KernelField | undefined {
  const node = property.valueDeclaration ?? property.declarations?.[0];
  if (!node) return undefined;
  const type = c.checker.getTypeOfSymbolAtLocation(property, node);
  const kernelType = typeOfField(c, type);
  if (!kernelType) {
    report(c, node, "kernelType", { type: c.checker.typeToString(type) });
    return undefined;
  }
  // A quoted name is the kernel's own spelling: "Count".
  const isQuoted = ts.isPropertySignature(node) && ts.isStringLiteral(node.name);
  const name = isQuoted ? property.name : snakeCase(property.name);
  if (!isKernelName(name)) report(c, node, "programTarget", { what: `'${property.name}'` });
  return { property: property.name, name, type: kernelType };
}

/** The enum behind a `bpfCoreEnum…` interface. */
export function kernelEnum(c: Compilation, type: ts.Type): KernelEnum | undefined {
  const symbol = kernelInterface(type)?.symbol;
  const view = symbol && parseViewName(symbol.name);
  if (!symbol || !view?.isEnum) return undefined;
  const known = c.kernelRoots.get(symbol);
  if (known) return known.kind === "enum" ? known : undefined;
  const values: { name: string; value: bigint }[] = [];
  let bits: 32 | 64 = 32;
  for (const property of type.getProperties().filter(isField)) {
    const node = property.valueDeclaration ?? property.declarations?.[0];
    if (!node) continue;
    const literal = c.checker.getTypeOfSymbolAtLocation(property, node);
    const value = literalValue(c, literal);
    if (literal.flags & ts.TypeFlags.BigIntLiteral) bits = 64;
    if (value === undefined) report(c, node, "kernelEnum", { type: c.checker.typeToString(literal) });
    else values.push({ name: property.name, value });
  }
  const isTypedef = typeMark(c.checker, type, "typedefBrand") !== undefined;
  const result: KernelEnum = {
    kind: "enum",
    key: uniqueKey(c, `enum ${view.name}`),
    name: view.name,
    isTypedef,
    bits,
    values,
  };
  c.kernelRoots.set(symbol, result);
  return result;
}

function literalValue(c: Compilation, type: ts.Type): bigint | undefined {
  if (type.isNumberLiteral()) return Number.isSafeInteger(type.value) ? BigInt(type.value) : undefined;
  if (!(type.flags & ts.TypeFlags.BigIntLiteral)) return undefined;
  return BigInt(c.checker.typeToString(type).replace(/n$/, ""));
}

// ---- fields -----------------------------------------------------------------------------------------------------

/** What a field of this TypeScript type is in the kernel; undefined when it cannot be one. */
export function typeOfField(c: Compilation, type: ts.Type): KernelType | undefined {
  const present = c.checker.getNonNullableType(type);
  const nullable = present !== type && type.isUnion();
  const shape = shapeOf(c, present);
  if (!nullable) return shape;
  if (shape?.kind === "pointer") return { ...shape, nullable };
  // What may be null is a pointer, with or without `Ptr`.
  return shape?.kind === "struct" ? { kind: "pointer", to: shape, user: false, nullable } : undefined;
}

function shapeOf(c: Compilation, type: ts.Type): KernelType | undefined {
  const parts = partsOf(type).flatMap((part) => (part.isUnion() ? part.types.flatMap(partsOf) : partsOf(part)));
  const brands = type.isUnion()
    ? type.types.flatMap((option) => partsOf(option).flatMap((part) => brandsOf(c.checker, part)))
    : parts.flatMap((part) => brandsOf(c.checker, part));
  if (brands.includes("ptr") || brands.includes("user")) return pointerTo(c, type, parts, brands);
  const number = numberOf(c, type, brands);
  const bits = typeMark(c.checker, type, "bitsBrand");
  if (!bits) return number ?? aggregateOf(c, type, parts, brands);
  if (!number || !bits.isNumberLiteral() || bits.value < 1 || bits.value > sizeOf(number.type) * 8) return undefined;
  return { kind: "bits", of: number, widthBits: bits.value };
}

function numberOf(c: Compilation, type: ts.Type, brands: readonly string[]): KernelNumber | undefined {
  const options = type.isUnion() ? type.types : [type];
  const isBoolean = options.every((option) => partsOf(option).some((part) => part.flags & ts.TypeFlags.BooleanLike));
  if (isBoolean) return { kind: "scalar", type: boolType };
  const int = brands.map(intTypeByName).find((found) => found !== undefined);
  const enumeration = typeMark(c.checker, type, "enumBrand");
  if (!enumeration) return int && { kind: "scalar", type: int };
  return { kind: "enum", type: int ?? intTypes.u32, enumeration: kernelEnum(c, enumeration) };
}

function aggregateOf(
  c: Compilation,
  type: ts.Type,
  parts: readonly ts.Type[],
  brands: readonly string[],
): KernelType | undefined {
  const array = parts.find((part) => brandsOf(c.checker, part).some(isArrayBrand));
  const form = brands.find(isArrayBrand);
  if (array && form) return arrayOf(c, array, form);
  const struct = kernelStruct(c, type);
  return struct && { kind: "struct", struct };
}

function isArrayBrand(brand: string): brand is "chars" | "bytes" | "array" {
  return brand === "chars" || brand === "bytes" || brand === "array";
}

function arrayOf(c: Compilation, type: ts.Type, brand: "chars" | "bytes" | "array"): KernelType | undefined {
  const lengthSymbol = type.getProperty("length");
  const lengthType = lengthSymbol && c.checker.getTypeOfSymbol(lengthSymbol);
  const elementType = type.getNumberIndexType();
  const element = elementType && typeOfField(c, elementType);
  if (!lengthType || !element || element.kind === "bits") return undefined;
  const length = lengthType.isNumberLiteral() ? lengthType.value : undefined;
  if (length === undefined && !(lengthType.flags & ts.TypeFlags.Number)) return undefined;
  return { kind: "array", form: brand === "array" ? "elements" : brand, element, length };
}

function pointerTo(
  c: Compilation,
  type: ts.Type,
  parts: readonly ts.Type[],
  brands: readonly string[],
): KernelType | undefined {
  const user = brands.includes("user");
  const isVoid = parts.every((part) => part.flags & ts.TypeFlags.NonPrimitive || !part.getProperties().some(isField));
  const rest = brands.filter((brand) => brand !== "ptr" && brand !== "user");
  const number = numberOf(c, type, rest);
  const to = number ?? aggregateOf(c, type, parts, rest) ?? (isVoid ? ({ kind: "void" } as const) : undefined);
  // A number behind a kernel pointer is the first element of an array: `Ptr<FixedArray<u32, 1>>`.
  if (!to || (number && !user) || (to.kind === "struct" && to.struct.name === "" && !user)) return undefined;
  return { kind: "pointer", to, user, nullable: false };
}

// ---- layout of the local type -----------------------------------------------------------------------------------

/** In bytes, as far as the program knows the type. */
export function kernelSize(type: KernelType): number | undefined {
  switch (type.kind) {
    case "scalar":
    case "enum":
      return sizeOf(type.type);
    case "pointer":
      return 8;
    case "array": {
      const element = kernelSize(type.element);
      return element === undefined || type.length === undefined ? undefined : element * type.length;
    }
    default:
      return undefined;
  }
}
