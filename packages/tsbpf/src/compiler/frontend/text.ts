// Methods of text: `equals`, `startsWith` and `includes`, with a text constant or other text. Text goes up to its first
// NUL. A constant is compared in the widest pieces that the alignment allows.

import type { ts } from "./typescript.js";
import { encodeText } from "../../util/bytes.js";
import { assert } from "../../util/assert.js";
import type { Variable } from "../ir/builder.js";
import type { Block, Inst } from "../ir/ir.js";
import { checkRecord } from "./access.js";
import { lowerExpression } from "./expressions.js";
import { report, startSealed, type Lowering } from "./lowering.js";
import { lowerCounted } from "./loops.js";
import { copyTo, isOwnMemory, stackMemory } from "./memory.js";
import type { KernelType } from "./kernel-types.js";
import { errorOperand, type MemoryOperand, type Operand } from "./operands.js";
import { littleEndian, memOfWidth, widestAt } from "./pieces.js";
import { intTypes, type ArrayType, type DataType } from "./types.js";
import { describe } from "./variables.js";

/** Text in memory, and how many bytes it has room for. */
interface Text {
  readonly memory: MemoryOperand;
  readonly room: number;
}

/** Where a comparison goes. Both may be reached from many places. */
interface Answer {
  readonly yes: Block;
  readonly no: Block;
}

type Method = (l: Lowering, node: ts.Node, text: Text, other: Text | Uint8Array, answer: Answer) => void;

const methods: Readonly<Record<string, Method>> = {
  equals: (l, node, text, other, answer) =>
    other instanceof Uint8Array ? equalsBytes(l, text, other, answer) : equalsText(l, node, text, other, answer),
  startsWith: (l, node, text, other, answer) =>
    other instanceof Uint8Array
      ? startsWithBytes(l, text, other, answer)
      : startsWithText(l, node, text, other, answer),
  includes: (l, node, text, other, answer) =>
    other instanceof Uint8Array
      ? includesBytes(l, node, text, other, answer)
      : includesText(l, node, text, other, answer),
};

/** What has these methods: text of the program, and text in kernel memory, which is copied first. */
export function isText(operand: Operand): boolean {
  if (operand.kind !== "memory" && operand.kind !== "kernel") return false;
  return operand.type.kind === "array" && operand.type.form === "chars" && operand.type.length !== undefined;
}

/** `text.equals("init")` and its like. */
export function lowerTextMethod(
  l: Lowering,
  node: ts.CallExpression,
  callee: ts.PropertyAccessExpression,
  object: Operand,
): Operand {
  const name = callee.name.text;
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
  const [argument] = node.arguments;
  if (!method || !argument) {
    const instead = `text has ${Object.keys(methods).join(", ")}`;
    report(l, callee.name, "unknownProperty", { name, what: "text", instead });
    return errorOperand;
  }
  const text = inMemory(l, callee.expression, object);
  const operand = lowerExpression(l, argument);
  const other = operand.kind === "text" ? upToNul(encodeText(operand.text)) : inMemory(l, argument, operand);
  if (!text || !other) return errorOperand;
  return answered(l, (answer) => method(l, node, text, other, answer));
}

function upToNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

/** The text as memory of the program. Undefined after a diagnostic. */
export function inMemory(l: Lowering, node: ts.Node, operand: Operand): Text | undefined {
  const object = operand.kind === "nullable" ? operand.inner : operand;
  if (object.kind === "memory" && isText(object)) {
    checkRecord(l, node, object);
    if (isOwnMemory(object)) return { memory: object, room: lengthOf(object.type) };
  }
  if ((object.kind === "kernel" || object.kind === "memory") && isText(object)) {
    const type: ArrayType = { kind: "array", form: "chars", element: intTypes.u8, length: lengthOf(object.type) };
    const memory = stackMemory(l, node, "text", type);
    copyTo(l, node, memory, object);
    return { memory, room: type.length };
  }
  if (object.kind !== "error") {
    report(l, node, "notAValue", { what: describe(object), instead: "compare with a text constant or with chars" });
  }
  return undefined;
}

function lengthOf(type: DataType | KernelType): number {
  assert(type.kind === "array" && type.length !== undefined, "text is an array with a length");
  return type.length;
}

/** A boolean from what branches to one of two blocks. */
function answered(l: Lowering, ask: (answer: Answer) => void): Operand {
  const result: Variable = { name: "found", type: "i32" };
  const answer: Answer = { yes: l.b.createBlock(), no: l.b.createBlock() };
  const join = l.b.createBlock();
  ask(answer);
  for (const [block, value] of [
    [answer.yes, 1n],
    [answer.no, 0n],
  ] as const) {
    if (!l.b.isReachable(block)) {
      l.b.seal(block);
      continue;
    }
    startSealed(l, block);
    l.b.write(result, l.b.constant("i32", value));
    l.b.jump(join);
  }
  startSealed(l, join);
  return { kind: "bool", value: l.b.read(result) };
}

/** Goes on in a new block where `test` holds, and to `otherwise` where it does not. */
function require(l: Lowering, test: Inst, otherwise: Block): void {
  const next = l.b.createBlock();
  l.b.branch(test, next, otherwise);
  startSealed(l, next);
}

/** Goes to `target` where `test` holds, and on in a new block where it does not. */
function leaveIf(l: Lowering, test: Inst, target: Block): void {
  const next = l.b.createBlock();
  l.b.branch(test, target, next);
  startSealed(l, next);
}

// ---- constants --------------------------------------------------------------------------------------------------

function equalsBytes(l: Lowering, text: Text, bytes: Uint8Array, { yes, no }: Answer): void {
  if (bytes.length > text.room) return l.b.jump(no);
  // The NUL after it is compared with it, unless the text has no room for one.
  const whole = new Uint8Array(Math.min(bytes.length + 1, text.room));
  whole.set(bytes);
  requirePieces(l, text, whole, no);
  l.b.jump(yes);
}

function startsWithBytes(l: Lowering, text: Text, bytes: Uint8Array, { yes, no }: Answer): void {
  if (bytes.length > text.room) return l.b.jump(no);
  requirePieces(l, text, bytes, no);
  l.b.jump(yes);
}

/** Compares from the start on. A piece may be wider than what is left: the rest of it is masked out. */
function requirePieces(l: Lowering, { memory, room }: Text, bytes: Uint8Array, no: Block): void {
  for (let at = 0; at < bytes.length;) {
    const left = bytes.length - at;
    const width = widestAt(memory, at, left > 4 ? 8 : left > 2 ? 4 : left > 1 ? 2 : 1, room);
    const count = Math.min(width, left);
    const loaded = l.b.load("i64", memOfWidth[width], memory.base, memory.offset + at);
    const value =
      count < width ? l.b.binary("and", loaded, l.b.constant("i64", (1n << BigInt(8 * count)) - 1n)) : loaded;
    require(l, l.b.compare("eq", value, l.b.constant("i64", littleEndian(bytes.subarray(at, at + count)))), no);
    at += count;
  }
}

function includesBytes(l: Lowering, node: ts.Node, text: Text, bytes: Uint8Array, { yes, no }: Answer): void {
  if (bytes.length === 0) return l.b.jump(yes);
  if (bytes.length > text.room) return l.b.jump(no);
  lowerCounted(l, node, text.room - bytes.length + 1, (start) => {
    const here = l.b.binary("add", text.memory.base, start);
    const different = l.b.createBlock();
    for (const [index, byte] of bytes.entries()) {
      const loaded = l.b.load("i64", "u8", here, text.memory.offset + index);
      // What ends the text here ends the search as well.
      if (index === 0) leaveIf(l, l.b.compare("eq", loaded, l.b.constant("i64", 0n)), no);
      require(l, l.b.compare("eq", loaded, l.b.constant("i64", BigInt(byte))), different);
    }
    l.b.jump(yes);
    startSealed(l, different);
  });
  l.b.jump(no);
}

// ---- other text -------------------------------------------------------------------------------------------------

function byteAt(l: Lowering, { memory }: Text, index: Inst): Inst {
  return l.b.load("i64", "u8", l.b.binary("add", memory.base, index), memory.offset);
}

function isNul(l: Lowering, byte: Inst): Inst {
  return l.b.compare("eq", byte, l.b.constant("i64", 0n));
}

/** Byte by byte: what lies behind a NUL may be anything. */
function equalsText(l: Lowering, node: ts.Node, a: Text, b: Text, { yes, no }: Answer): void {
  const shared = Math.min(a.room, b.room);
  lowerCounted(l, node, shared, (index) => {
    const left = byteAt(l, a, index);
    require(l, l.b.compare("eq", left, byteAt(l, b, index)), no);
    leaveIf(l, isNul(l, left), yes);
  });
  endsAt(l, a.room > b.room ? a : b, shared, { yes, no });
}

/** The longer text ends where the shorter one has no more room. */
function endsAt(l: Lowering, longer: Text, at: number, { yes, no }: Answer): void {
  if (longer.room === at) return l.b.jump(yes);
  l.b.branch(isNul(l, l.b.load("i64", "u8", longer.memory.base, longer.memory.offset + at)), yes, no);
}

function startsWithText(l: Lowering, node: ts.Node, text: Text, start: Text, { yes, no }: Answer): void {
  const shared = Math.min(text.room, start.room);
  lowerCounted(l, node, shared, (index) => {
    const wanted = byteAt(l, start, index);
    leaveIf(l, isNul(l, wanted), yes);
    require(l, l.b.compare("eq", byteAt(l, text, index), wanted), no);
  });
  endsAt(l, start.room > shared ? start : { ...text, room: shared }, shared, { yes, no });
}

function includesText(l: Lowering, node: ts.Node, text: Text, part: Text, { yes, no }: Answer): void {
  const { room } = text;
  lowerCounted(l, node, room, (start) => {
    const different = l.b.createBlock();
    lowerCounted(l, node, part.room, (index) => {
      const wanted = byteAt(l, part, index);
      leaveIf(l, isNul(l, wanted), yes);
      const at = l.b.binary("add", start, index);
      require(l, l.b.compare("ult", at, l.b.constant("i64", BigInt(room))), different);
      require(l, l.b.compare("eq", byteAt(l, text, at), wanted), different);
    });
    l.b.jump(yes);
    startSealed(l, different);
    leaveIf(l, isNul(l, byteAt(l, text, start)), no);
  });
  // Nothing but the empty text is left to be found at the very end.
  leaveIf(l, isNul(l, l.b.load("i64", "u8", part.memory.base, part.memory.offset)), yes);
  l.b.jump(no);
}
