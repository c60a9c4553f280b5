// `constant` and `global`: variables of the object's data sections, with the bytes that they begin as.

import { ts } from "./typescript.js";
import { encodeText } from "../../util/bytes.js";
import { convertConstant } from "./constants.js";
import { addVariable, fitsSection, reserveVariable, sectionBytesMax, sectionFor } from "./data-sections.js";
import { claimName, isKernelName } from "./declarations.js";
import { report, symbolOf, type Compilation, type Lowering } from "./lowering.js";
import type { Place } from "./memory.js";
import type { DataDeclaration, MemoryOperand, Operand, RefOperand, Static } from "./operands.js";
import { declaredName, evaluate, propertyName, schemaArgument } from "./statics.js";
import {
  isScalar,
  sizeOf,
  typeName,
  type ArrayType,
  type DataType,
  type ScalarType,
  type StructType,
} from "./types.js";

export const dataFactories: ReadonlySet<string> = new Set(["constant", "global"]);

export function isDataFactory(name: string): boolean {
  return dataFactories.has(name);
}

export function declareData(c: Compilation, node: ts.CallExpression, factory: string): DataDeclaration | undefined {
  const name = declaredName(node);
  const [schemaNode, initial] = node.arguments;
  if (!name) {
    report(c, node, "schemaPlace", { what: "A variable of the object" });
    return undefined;
  }
  if (!isKernelName(name)) report(c, node.parent, "programTarget", { what: `'${name}'` });
  const type = schemaNode && schemaArgument(c, schemaNode);
  if (!type) return undefined;
  const isConstant = factory === "constant";
  if (!fitsSection(c.data, isConstant ? ".rodata" : ".bss", type) || !fitsSection(c.data, ".data", type)) {
    report(c, node, "mapOption", {
      what: "What all variables of one section take",
      needed: `at most ${sectionBytesMax} bytes`,
      instead: "keep large data in a map",
    });
    return undefined;
  }
  const bytes = new Uint8Array(sizeOf(type));
  if (initial && !writeInitial(c, initial, type, bytes)) return undefined;
  const section = sectionFor(isConstant, bytes);
  const offset = reserveVariable(c.data, section, bytes, type);
  const data: DataDeclaration = { name, type, isConstant, section, offset, node };
  claimName(c, node, name);
  addVariable(c.data, data);
  return data;
}

// ---- use --------------------------------------------------------------------------------------------------------

/** Where the variable lies. */
export function dataPlace(l: Lowering, data: DataDeclaration): Place {
  const { type } = data;
  const base = l.b.data(data.section, data.offset);
  const space = data.isConstant ? "rodata" : "data";
  // Of a scalar's place only the base and the offset count.
  const memory = { kind: "memory", type, base, offset: 0, align: 8, space, record: undefined } as MemoryOperand;
  return { memory, type, base, offset: 0 };
}

/** A scalar variable as a reference to it. Undefined for structs and arrays. */
export function dataRef(l: Lowering, data: DataDeclaration): RefOperand | undefined {
  if (!isScalar(data.type)) return undefined;
  const space = data.isConstant ? "rodata" : "data";
  return { kind: "ref", base: l.b.data(data.section, data.offset), type: data.type, space, record: undefined };
}

/** False after a diagnostic: memory that is only read. */
export function checkWritable(l: Lowering, node: ts.Node, memory: { readonly space: MemoryOperand["space"] }): boolean {
  if (memory.space !== "rodata") return true;
  report(l, node, "readOnly", { what: "A constant of the object", instead: "make it a `global`" });
  return false;
}

/** What stands for a variable where a value is expected: a scalar's is a reference. */
export function dataOperand(l: Lowering, value: Static & { kind: "data" }): Operand {
  return dataRef(l, value.data) ?? { kind: "static", value };
}

// ---- first bytes ------------------------------------------------------------------------------------------------

/** False after a diagnostic. */
function writeInitial(c: Compilation, node: ts.Expression, type: DataType, bytes: Uint8Array): boolean {
  if (isScalar(type)) return writeScalar(c, node, type, bytes);
  const source = literalOf(c, node);
  if (type.kind === "struct" && ts.isObjectLiteralExpression(source)) return writeFields(c, source, type, bytes);
  if (type.kind === "array" && ts.isArrayLiteralExpression(source)) return writeElements(c, source, type, bytes);
  if (type.kind === "array" && type.form === "chars") {
    const value = evaluate(c, source);
    if (value.kind === "text") return writeText(c, node, value.value, bytes);
    if (value.kind === "error") return false;
  }
  return refuse(c, node, type);
}

/** The literal itself, or that of the `const` which is named here. */
function literalOf(c: Compilation, node: ts.Expression): ts.Expression {
  if (ts.isParenthesizedExpression(node) || ts.isSatisfiesExpression(node) || ts.isAsExpression(node)) {
    return literalOf(c, node.expression);
  }
  const declaration = ts.isIdentifier(node) ? symbolOf(c, node)?.valueDeclaration : undefined;
  if (!declaration || !ts.isVariableDeclaration(declaration) || !declaration.initializer) return node;
  const isConst = (ts.getCombinedNodeFlags(declaration) & ts.NodeFlags.Const) !== 0;
  return isConst ? literalOf(c, declaration.initializer) : node;
}

function refuse(c: Compilation, node: ts.Expression, type: DataType): false {
  report(c, node, "notConstant", { what: `What a ${typeName(type)} begins as` });
  return false;
}

function writeScalar(c: Compilation, node: ts.Expression, type: ScalarType, bytes: Uint8Array): boolean {
  const value = evaluate(c, node);
  if (value.kind === "error") return false;
  if (type.kind === "bool") {
    if (value.kind !== "bool") return refuse(c, node, type);
    bytes[0] = value.value ? 1 : 0;
    return true;
  }
  if (value.kind !== "int") return refuse(c, node, type);
  const stored = convertConstant(type, value.value);
  if (stored.kind !== "int" || stored.value !== value.value) {
    const wrapped = stored.kind === "int" ? stored.value : 0n;
    report(c, node, "constantRange", { value: value.value, type: typeName(type), wrapped });
    return false;
  }
  for (let at = 0; at < bytes.length; at++) bytes[at] = Number(BigInt.asUintN(8, value.value >> BigInt(8 * at)));
  return true;
}

function writeFields(c: Compilation, node: ts.ObjectLiteralExpression, type: StructType, bytes: Uint8Array): boolean {
  return node.properties.every((property) => {
    const isShort = ts.isShorthandPropertyAssignment(property);
    const value = ts.isPropertyAssignment(property) ? property.initializer : isShort ? property.name : undefined;
    if (!value || !property.name) return refuse(c, node, type);
    const name = propertyName(property.name);
    const field = type.fields.find((candidate) => candidate.name === name);
    if (!field) return refuse(c, value, type);
    return writeInitial(c, value, field.type, bytes.subarray(field.offset, field.offset + sizeOf(field.type)));
  });
}

/** Elements that are left out are zero. */
function writeElements(c: Compilation, node: ts.ArrayLiteralExpression, type: ArrayType, bytes: Uint8Array): boolean {
  const size = sizeOf(type.element);
  if (node.elements.length > type.length) {
    const needed = `of at most ${type.length} elements`;
    report(c, node, "mapOption", { what: "This list", needed, instead: "make the array longer" });
    return false;
  }
  return node.elements.every((element, index) => {
    if (ts.isSpreadElement(element) || ts.isOmittedExpression(element)) return refuse(c, element, type);
    return writeInitial(c, element, type.element, bytes.subarray(index * size, (index + 1) * size));
  });
}

function writeText(c: Compilation, node: ts.Expression, text: string, bytes: Uint8Array): boolean {
  const encoded = encodeText(text);
  if (encoded.length + 1 > bytes.length) {
    report(c, node, "textTooLong", { size: encoded.length + 1, room: bytes.length });
    return false;
  }
  bytes.set(encoded);
  return true;
}
