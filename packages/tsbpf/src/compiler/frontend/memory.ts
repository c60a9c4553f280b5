// The program's own memory: structs, arrays and text on the stack, in map values and in ring buffer records.

import { ts } from "./typescript.js";
import { mapKindByName } from "../../bpf/map-kinds.js";
import { encodeText } from "../../util/bytes.js";
import type { Inst, MemType, StoreInst } from "../ir/ir.js";
import { report, type Lowering } from "./lowering.js";
import { kernelAddress } from "./kernel.js";
import { kernelSize, type KernelType } from "./kernel-types.js";
import { checkConstant, constantValue, convertTo, isWritten, rangeOf, sizedInt } from "./numbers.js";
import {
  errorOperand,
  type IntOperand,
  type MemoryOperand,
  type Operand,
  type RefOperand,
  type Static,
} from "./operands.js";
import { littleEndian, memOfWidth, widestPieces } from "./pieces.js";
import { describe } from "./variables.js";
import { visibleRange } from "./visible.js";
import {
  alignOf,
  intName,
  intTypes,
  isScalar,
  sizeOf,
  typeName,
  type AggregateType,
  type ArrayType,
  type DataType,
  type Field,
  type IntType,
  type ScalarType,
} from "./types.js";

/** A pointer to the memory itself. */
export function address(l: Lowering, memory: MemoryOperand): Inst {
  if (memory.offset === 0) return memory.base;
  return l.b.binary("add", memory.base, l.b.constant("i64", BigInt(memory.offset)));
}

/** Memory that every helper takes: not all of them can reach a packet or a context. */
export function isOwnMemory(memory: MemoryOperand): boolean {
  return memory.space !== "packet" && memory.space !== "context";
}

/** What does not fit on the stack lies in a per-CPU map (compiler/scratch.ts); this does not fit there either. */
const ownBytesMax = mapKindByName("percpu_array")?.valueBytesMax ?? 0;

/** Memory of this type on the stack, not yet initialised. */
export function stackMemory(l: Lowering, node: ts.Node, name: string, type: AggregateType): MemoryOperand {
  // Said here, where it is made, and before anything is made of it: zeroing it alone could take a million instructions.
  const size = sizeOf(type);
  if (size > ownBytesMax) report(l, node, "frameTooLarge", { name: typeName(type), size, limit: ownBytesMax });
  const base = l.b.slot(name, sizeOf(type), 8);
  return { kind: "memory", type, base, offset: 0, align: 8, space: "stack", record: undefined };
}

/** Sets all of it to zero. */
export function zeroMemory(l: Lowering, memory: MemoryOperand): void {
  l.b.zero(memory.base, memory.offset, sizeOf(memory.type), memory.align);
}

/** The field of a struct, as a place. */
export function fieldPlace(memory: MemoryOperand, field: Field): Place {
  return placeAt(memory, field.type, field.offset);
}

/** Somewhere a value of `type` lies. */
export interface Place {
  readonly memory: MemoryOperand;
  readonly type: DataType;
  readonly base: Inst;
  readonly offset: number;
}

function placeAt(memory: MemoryOperand, type: DataType, offset: number): Place {
  return { memory, type, base: memory.base, offset: memory.offset + offset };
}

/** What lies there: a scalar is read, an aggregate is named. */
export function readPlace(l: Lowering, place: Place): Operand {
  if (isScalar(place.type)) return loadScalar(l, place.type, place.base, place.offset);
  const { space, record } = place.memory;
  const align = Math.min(alignAt(place), 8);
  return { kind: "memory", type: place.type, base: place.base, offset: place.offset, align, space, record };
}

function alignAt(place: Place): number {
  const { memory } = place;
  if (place.base !== memory.base) return alignOf(place.type);
  let align = memory.align;
  while ((place.offset - memory.offset) % align !== 0) align /= 2;
  return align;
}

/** Reads a scalar through a pointer. */
export function loadScalar(l: Lowering, type: ScalarType, base: Inst, offset: number): Operand {
  if (type.kind === "bool") {
    const byte = l.b.load("i32", "u8", base, offset);
    return { kind: "bool", value: l.b.compare("ne", byte, l.b.constant("i32", 0n)) };
  }
  return sizedInt(type, l.b.load("i64", loadType(type), base, offset));
}

/** The memory type that widens to the exact i64 of a scalar. */
export function loadType(type: ScalarType): MemType {
  if (type.kind === "bool") return "u8";
  return type.bits === 64 ? "u64" : (intName(type) as MemType);
}

function storeType(type: ScalarType): StoreInst["mem"] {
  return type.kind === "bool" ? "u8" : (`u${type.bits}` as StoreInst["mem"]);
}

/** Stores `operand` as the place's type: integers wrap, aggregates are copied. */
export function writePlace(l: Lowering, node: ts.Node, place: Place, operand: Operand): void {
  if (operand.kind === "error") return;
  if (isScalar(place.type)) return storeScalar(l, node, place.type, place.base, place.offset, operand);
  const target = readPlace(l, place);
  if (target.kind === "memory") copyTo(l, node, target, operand);
}

export function storeScalar(
  l: Lowering,
  node: ts.Node,
  type: ScalarType,
  base: Inst,
  offset: number,
  operand: Operand,
): void {
  const value = scalarValue(l, node, type, operand);
  if (!value) return;
  const isForgotten = l.sharedByRounds.has(base) && value.type !== "ptr" && value.type !== "void";
  l.b.store(storeType(type), base, offset, isForgotten ? l.b.forget(value.type, value) : value);
}

/** The value that is stored for a scalar type. */
function scalarValue(l: Lowering, node: ts.Node, type: ScalarType, operand: Operand): Inst | undefined {
  if (type.kind === "bool" && operand.kind === "bool") return operand.value;
  if (type.kind === "int" && (operand.kind === "int" || operand.kind === "quotient")) {
    if (operand.kind === "int") checkConstant(l, node, operand, type);
    return convertTo(l, operand, type).value;
  }
  if (operand.kind === "nullable") report(l, node, "possiblyMissing");
  else if (operand.kind !== "error") {
    report(l, node, "notAValue", { what: describe(operand), instead: `store a ${typeName(type)}` });
  }
  return undefined;
}

/** Copies an aggregate, kernel memory or text to memory of its own. */
export function copyTo(l: Lowering, node: ts.Node, target: MemoryOperand, operand: Operand): void {
  if (operand.kind === "text") return writeText(l, node, target, operand.text);
  if (operand.kind === "memory" && copyMemory(l, node, target, operand)) return;
  const size = sizeOf(target.type);
  if (operand.kind === "kernel" && isSameBytes(target.type, operand.type) && kernelSize(operand.type) === size) {
    l.b.kreadInto(target.base, target.offset, kernelAddress(l, operand), size);
    return;
  }
  if (operand.kind === "error") return;
  if (operand.kind === "nullable") return report(l, node, "possiblyMissing");
  report(l, node, "notAValue", {
    what: describe(operand),
    instead: `a value of ${typeName(target.type)} is needed: ${size} bytes`,
  });
}

/** Views of one packet can lie anywhere in it: all of one is read before any of the other is written. */
function mayOverlap(target: MemoryOperand, source: MemoryOperand): boolean {
  if (target.space !== "packet" || source.space !== "packet") return false;
  if (target.base !== source.base) return true;
  const distance = target.offset - source.offset;
  return distance > -sizeOf(target.type) && distance < sizeOf(source.type) && distance !== 0;
}

/** Memory of one layout is copied as it is; a struct of another one field by field, as JavaScript would. */
function copyMemory(l: Lowering, node: ts.Node, target: MemoryOperand, source: MemoryOperand): boolean {
  if (mayOverlap(target, source)) {
    const between = stackMemory(l, node, "copy", source.type);
    return copyMemory(l, node, between, source) && copyMemory(l, node, target, between);
  }
  if (isSameLayout(target.type, source.type)) {
    const align = Math.min(target.align, source.align);
    l.b.copy(target.base, target.offset, source.base, source.offset, sizeOf(target.type), align);
    return true;
  }
  if (target.type.kind !== "struct" || source.type.kind !== "struct") return false;
  const { fields } = source.type;
  for (const field of target.type.fields) {
    const other = fields.find((candidate) => candidate.name === field.name);
    if (!other) return false;
    writePlace(l, node, fieldPlace(target, field), readPlace(l, fieldPlace(source, other)));
  }
  return true;
}

function isSameLayout(a: DataType, b: DataType): boolean {
  if (a === b) return true;
  if (a.kind === "int" && b.kind === "int") return a.bits === b.bits && a.signed === b.signed;
  if (a.kind === "array" && b.kind === "array") return a.length === b.length && isSameLayout(a.element, b.element);
  if (a.kind !== "struct" || b.kind !== "struct") return a.kind === b.kind;
  return (
    a.fields.length === b.fields.length &&
    a.fields.every((field, index) => {
      const other = b.fields[index];
      return field.name === other?.name && isSameLayout(field.type, other.type);
    })
  );
}

/** Kernel memory is copied as bytes, so that both sides must mean the same by them. */
function isSameBytes(type: DataType, kernel: KernelType): boolean {
  if (kernel.kind === "scalar" || kernel.kind === "enum") return isSameLayout(type, kernel.type);
  return (
    type.kind === "array" &&
    kernel.kind === "array" &&
    type.length === kernel.length &&
    isSameBytes(type.element, kernel.element)
  );
}

/** Text with its NUL and padding, as bytes that are known now. */
function writeText(l: Lowering, node: ts.Node, target: MemoryOperand, text: string): void {
  const bytes = encodeText(text);
  const room = sizeOf(target.type);
  if (target.type.kind !== "array" || target.type.form !== "chars") {
    report(l, node, "notAValue", { what: "text", instead: "text can only be stored in chars(…)" });
    return;
  }
  if (bytes.length + 1 > room) {
    report(l, node, "textTooLong", { size: bytes.length + 1, room });
    return;
  }
  zeroMemory(l, target);
  writeBytes(l, target, bytes);
}

/** Stores bytes in the widest pieces that the alignment allows. */
function writeBytes(l: Lowering, target: MemoryOperand, bytes: Uint8Array): void {
  for (const { at, width } of widestPieces(target, bytes.length)) {
    const value = l.b.constant("i64", littleEndian(bytes.subarray(at, at + width)));
    l.b.store(memOfWidth[width], target.base, target.offset + at, value);
  }
}

/** Text as bytes on the stack with a NUL, for helpers that read it. */
export function textOnStack(l: Lowering, node: ts.Node, text: string): MemoryOperand {
  const bytes = encodeText(`${text}\0`);
  const type: ArrayType = {
    kind: "array",
    form: "bytes",
    element: { kind: "int", bits: 8, signed: false },
    length: bytes.length,
  };
  const memory = stackMemory(l, node, "text", type);
  writeBytes(l, memory, bytes);
  return memory;
}

/** Numbers, or bigints of one sign, as an array on the stack. Undefined for anything else. */
export function numberTable(l: Lowering, node: ts.Node, elements: readonly Static[]): MemoryOperand | undefined {
  const ints = elements.filter((element) => element.kind === "int");
  if (ints.length === 0 || ints.length !== elements.length) return undefined;
  const isBig = ints.some(({ type }) => type === "bigint" || (type !== "number" && type.bits === 64));
  const candidates = Object.values(intTypes).filter(({ bits }) => (bits === 64) === isBig);
  const fits = (type: IntType): boolean =>
    ints.every(({ value }) => value >= rangeOf(type).low && value <= rangeOf(type).high);
  const element = candidates.find(fits);
  if (!element) return undefined;
  const memory = stackMemory(l, node, "table", { kind: "array", form: "elements", element, length: ints.length });
  for (const [index, { value }] of ints.entries()) {
    l.b.store(storeType(element), memory.base, index * sizeOf(element), l.b.constant("i64", value));
  }
  return memory;
}

/** A scalar on the stack, for helpers that take a pointer to it. */
export function scalarOnStack(l: Lowering, node: ts.Node, type: ScalarType, operand: Operand): Inst {
  const slot = l.b.slot("value", sizeOf(type), Math.max(4, sizeOf(type)));
  storeScalar(l, node, type, slot, 0, operand);
  return slot;
}

// ---- elements ---------------------------------------------------------------------------------------------------

/**
 * The element at a constant index. Undefined outside: with a diagnostic for a constant in the source, and without one
 * for a variable that only turned out to be known.
 */
function constantElement(l: Lowering, node: ts.Node, array: MemoryOperand, index: bigint): Place | undefined {
  const type = array.type as ArrayType;
  if (index < 0n || index >= BigInt(type.length)) {
    if (ts.isElementAccessExpression(node) && isWritten(l, node.argumentExpression)) {
      report(l, node, "indexRange", { index, length: type.length, last: type.length - 1 });
    }
    return undefined;
  }
  return placeAt(array, type.element, Number(index) * sizeOf(type.element));
}

/** The element at an index that is known to be inside. */
function variableElement(l: Lowering, array: MemoryOperand, index: Inst): Place {
  const { element } = array.type as ArrayType;
  const size = sizeOf(element);
  const scaled = size === 1 ? index : l.b.binary("mul", index, l.b.constant("i64", BigInt(size)));
  const base = l.b.binary("add", array.base, scaled);
  return { memory: { ...array, align: alignOf(element) }, type: element, base, offset: array.offset };
}

/**
 * Uses the element at `index`: `inside` runs where the index is in bounds, `outside` gives the result elsewhere. A
 * check is made unless the verifier sees that the index cannot leave the array.
 */
function withElement(
  l: Lowering,
  node: ts.Node,
  array: MemoryOperand,
  index: IntOperand,
  inside: (place: Place) => void,
  outside: () => void,
): void {
  const type = array.type as ArrayType;
  const known = constantValue(index);
  if (known !== undefined) {
    const place = constantElement(l, node, array, known);
    if (place) inside(place);
    else outside();
    return;
  }
  if (isConstantOnly(l, node, array)) return outside();
  if (isVisiblyInside(l, index.value, type.length)) {
    inside(variableElement(l, array, index.value));
    return;
  }
  const insideBlock = l.b.createBlock();
  const outsideBlock = l.b.createBlock();
  const join = l.b.createBlock();
  // One unsigned comparison covers negative indices as well.
  const inBounds = l.b.compare("ult", index.value, l.b.constant("i64", BigInt(type.length)));
  l.b.branch(inBounds, insideBlock, outsideBlock);
  l.b.seal(insideBlock);
  l.b.start(insideBlock);
  inside(variableElement(l, array, index.value));
  l.b.jump(join);
  l.b.seal(outsideBlock);
  l.b.start(outsideBlock);
  outside();
  l.b.jump(join);
  l.b.seal(join);
  l.b.start(join);
}

/**
 * With a diagnostic: the verifier takes no other offsets into a context (check_ptr_off_reg), and forgets how long the
 * packet is where something is added to a pointer into it (adjust_ptr_min_max_vals).
 */
function isConstantOnly(l: Lowering, node: ts.Node, array: MemoryOperand): boolean {
  if (isOwnMemory(array)) return false;
  report(l, node, "contextIndex", { what: `the ${array.space}`, last: (array.type as ArrayType).length - 1 });
  return true;
}

/** An element to point to: its index must be known to be inside. Undefined after a diagnostic. */
export function insideElement(
  l: Lowering,
  node: ts.Node,
  indexNode: ts.Expression,
  array: MemoryOperand,
  index: IntOperand,
): Place | undefined {
  const type = array.type as ArrayType;
  const known = constantValue(index);
  if (known !== undefined && known >= 0n && known < BigInt(type.length)) {
    return placeAt(array, type.element, Number(known) * sizeOf(type.element));
  }
  if (known !== undefined && isWritten(l, indexNode)) {
    report(l, node, "indexRange", { index: known, length: type.length, last: type.length - 1 });
    return undefined;
  }
  if (known === undefined && isVisiblyInside(l, index.value, type.length))
    return variableElement(l, array, index.value);
  report(l, node, "notAValue", {
    what: "An element at an index that may be outside",
    instead: `bring the index inside first, for example \`index & ${type.length - 1}\` for a power of two`,
  });
  return undefined;
}

export function isVisiblyInside(l: Lowering, index: Inst, length: number): boolean {
  const range = visibleRange(l, index);
  return range !== undefined && range.high < BigInt(length);
}

/** `array[index]` as a value: 0 (false) outside. */
export function readElement(l: Lowering, node: ts.Node, array: MemoryOperand, index: IntOperand): Operand {
  const { element } = array.type as ArrayType;
  if (!isScalar(element)) return aggregateElement(l, node, array, index);
  const variable = { name: "element", type: element.kind === "bool" ? "i32" : "i64" } as const;
  withElement(
    l,
    node,
    array,
    index,
    (place) => {
      const value = readPlace(l, place);
      if (value.kind === "int" || value.kind === "bool") l.b.write(variable, value.value);
    },
    () => l.b.write(variable, l.b.constant(variable.type, 0n)),
  );
  const value = l.b.read(variable);
  return element.kind === "bool" ? { kind: "bool", value } : sizedInt(element, value);
}

/**
 * A struct inside an array is named, not copied. Where the index may be outside, the name may stand for memory of its
 * own: zeros, and what is written there is lost.
 */
function aggregateElement(l: Lowering, node: ts.Node, array: MemoryOperand, index: IntOperand): Operand {
  const type = array.type as ArrayType;
  const { element } = type;
  if (isScalar(element)) return errorOperand;
  const variable = { name: "element", type: "ptr" } as const;
  let direct: Operand | undefined;
  withElement(
    l,
    node,
    array,
    index,
    (place) => {
      const operand = readPlace(l, place);
      if (operand.kind !== "memory") return;
      direct = operand;
      l.b.write(variable, address(l, operand));
    },
    () => {
      direct = undefined;
      const outside = stackMemory(l, node, "outside", element);
      zeroMemory(l, outside);
      l.b.write(variable, outside.base);
    },
  );
  // Without a check, or without an inside, there is one place only.
  if (direct) return direct;
  const align = Math.min(alignOf(element), 8);
  return {
    kind: "memory",
    type: element,
    base: l.b.read(variable),
    offset: 0,
    align,
    space: "stack",
    record: array.record,
  };
}

/** `array[index] = value`: nothing happens outside. */
export function writeElement(
  l: Lowering,
  node: ts.Node,
  array: MemoryOperand,
  index: IntOperand,
  operand: Operand,
  from: ts.Node,
): void {
  withElement(
    l,
    node,
    array,
    index,
    (place) => writePlace(l, from, place, operand),
    () => undefined,
  );
}

/** Reads the scalar behind a reference. */
export function readRef(l: Lowering, ref: RefOperand): Operand {
  return loadScalar(l, ref.type, ref.base, 0);
}

/** The type of a 32-bit index, as array maps take it. */
export const indexType: IntType = { kind: "int", bits: 32, signed: false };
