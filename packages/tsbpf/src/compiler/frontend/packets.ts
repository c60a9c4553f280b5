// Direct packet access. `ctx.packet.view(offset, Schema)` is the comparison that the kernel's verifier knows
// (find_good_pkt_pointers in kernel/bpf/verifier.c): where data + offset + size is not beyond data_end, the bytes may
// be read. It must be made on the very pointer that the bytes are reached by.

import { contextOfKind, packetMovingHelpers, type PacketFields } from "../../bpf/contexts.js";
import type { HelperSpec } from "../../bpf/helper-spec.js";
import { assert } from "../../util/assert.js";
import type { Variable } from "../ir/builder.js";
import type { Block, Inst } from "../ir/ir.js";
import { lowerInt } from "./expressions.js";
import { report, type Lowering } from "./lowering.js";
import { loadScalar } from "./memory.js";
import { constantValue, sizedInt } from "./numbers.js";
import { errorOperand, type IntOperand, type MemoryOperand, type Operand, type PacketOperand } from "./operands.js";
import { schemaArgument } from "./statics.js";
import type { ts } from "./typescript.js";
import { intTypes, isScalar, sizeOf, type AggregateType, type ScalarType } from "./types.js";
import { joinShape, nullableShape, readShape, writeShape } from "./variables.js";
import { visibleRange } from "./visible.js";
import { startSealed } from "./lowering.js";

/** MAX_PACKET_OFF in kernel/bpf/verifier.c: nothing is known of bytes further out. */
const packetReach = 0xffff;

function packetFields(l: Lowering): PacketFields {
  const fields = contextOfKind(l.program.kind, l.arch)?.packet;
  assert(fields, `${l.program.kind} programs have no packet`);
  return fields;
}

/** The kernel makes a pointer of the 32-bit field: the load stays as wide, and nothing narrows what it gives. */
function contextPointer(l: Lowering, packet: PacketOperand, offset: number): Inst {
  return l.b.convert("int2ptr", "ptr", l.b.load("i64", "u32", packet.value, offset));
}

/** `ctx.packet.length` */
export function packetLength(l: Lowering, packet: PacketOperand): Operand {
  const { dataOffset, dataEndOffset } = packetFields(l);
  const end = contextPointer(l, packet, dataEndOffset);
  const start = l.b.load("i64", "u32", packet.value, dataOffset);
  // As a pointer's subtraction it stays one of 64 bits: the verifier refuses 32-bit arithmetic on pointers.
  return sizedInt(intTypes.u32, l.b.convert("ptr2int", "i64", l.b.binary("sub", end, start)));
}

/** `ctx.packet.view(offset, Schema)` */
export function packetView(l: Lowering, node: ts.CallExpression, packet: PacketOperand): Operand {
  const [offsetNode, schemaNode] = node.arguments;
  const offset = offsetNode && lowerInt(l, offsetNode);
  const type = schemaNode && schemaArgument(l, schemaNode);
  if (!offsetNode || !offset || !type) return errorOperand;
  const place = splitOffset(l, offsetNode, offset, sizeOf(type));
  if (!place) return errorOperand;
  return isScalar(type) ? scalarView(l, node, packet, place, type) : structView(l, node, packet, place, type);
}

/** The bytes at the place, and the comparison that shows that the packet has them. */
function comparedBytes(l: Lowering, packet: PacketOperand, place: PacketPlace, size: number): [base: Inst, fits: Inst] {
  const { dataOffset, dataEndOffset } = packetFields(l);
  const data = contextPointer(l, packet, dataOffset);
  const end = contextPointer(l, packet, dataEndOffset);
  const base = place.variable ? l.b.binary("add", data, place.variable) : data;
  const beyond = l.b.binary("add", base, l.b.constant("i64", BigInt(place.constant + size)));
  return [base, l.b.compare("ule", beyond, end)];
}

/** Goes on where the verifier knows that the place is in its reach. */
function checkReach(l: Lowering, { variable, limit }: PacketPlace, missing: Block): void {
  if (!variable || limit === undefined) return;
  const near = l.b.createBlock();
  // One unsigned comparison covers negative offsets as well.
  l.b.branch(l.b.compare("ule", variable, l.b.constant("i64", BigInt(limit))), near, missing);
  startSealed(l, near);
}

/** A scalar is a copy, taken when the view is made. */
function scalarView(l: Lowering, node: ts.Node, packet: PacketOperand, place: PacketPlace, type: ScalarType): Operand {
  return unlessMissing(l, node, type, (missing) => {
    checkReach(l, place, missing);
    const [base, fits] = comparedBytes(l, packet, place, sizeOf(type));
    const found = l.b.createBlock();
    l.b.branch(fits, found, missing);
    startSealed(l, found);
    return loadScalar(l, type, base, place.constant);
  });
}

/** Anything else is the packet's own bytes. */
function structView(
  l: Lowering,
  node: ts.Node,
  packet: PacketOperand,
  place: PacketPlace,
  type: AggregateType,
): Operand {
  const live: Variable = { name: "packet moved", type: "i32" };
  l.b.write(live, l.b.constant("i32", 0n));
  l.packetViews.push(live);
  const viewHere = (): Operand => {
    const [base, present] = comparedBytes(l, packet, place, sizeOf(type));
    const inner: MemoryOperand = {
      kind: "memory",
      type,
      base,
      offset: place.constant,
      // Packets lie as they come; the machines here read words at any address.
      align: 8,
      space: "packet",
      record: { kind: "packet", name: "packet", live },
    };
    return { kind: "nullable", present, inner };
  };
  if (place.limit === undefined) return viewHere();
  return unlessMissing(l, node, undefined, (missing) => {
    checkReach(l, place, missing);
    return viewHere();
  });
}

/** What `find` gives; undefined where it goes to the block that it gets. */
function unlessMissing(
  l: Lowering,
  node: ts.Node,
  declared: ScalarType | undefined,
  find: (missing: Block) => Operand,
): Operand {
  const missing = l.b.createBlock();
  const join = l.b.createBlock();
  const found = find(missing);
  const shape = joinShape(nullableShape("view", found, declared));
  assert(shape, "a view without a shape");
  writeShape(l, node, "view", shape, found);
  l.b.jump(join);
  startSealed(l, missing);
  writeShape(l, node, "view", shape, { kind: "void" });
  l.b.jump(join);
  startSealed(l, join);
  return readShape(l, shape);
}

interface PacketPlace {
  readonly variable: Inst | undefined;
  /** In bytes, behind it. */
  readonly constant: number;
  /** The verifier does not know that `variable` is no larger: it must be shown. */
  readonly limit?: number;
}

/** The offset as a value and a constant. Undefined after a diagnostic. */
function splitOffset(l: Lowering, node: ts.Node, offset: IntOperand, size: number): PacketPlace | undefined {
  const known = constantValue(offset);
  if (known !== undefined) {
    if (known >= 0n && known + BigInt(size) <= BigInt(packetReach)) {
      return { variable: undefined, constant: Number(known) };
    }
    report(l, node, "packetReach", { offset: known, size, limit: packetReach });
    return undefined;
  }
  if (size > packetReach) {
    report(l, node, "packetReach", { offset: 0, size, limit: packetReach });
    return undefined;
  }
  const value = l.b.resolve(offset.value);
  const range = visibleRange(l, value);
  if (!range || range.high + BigInt(size) > BigInt(packetReach)) {
    return { variable: value, constant: 0, limit: packetReach - size };
  }
  const [left, right] = value.op === "add" ? value.args.map((arg) => l.b.resolve(arg)) : [];
  if (left && right?.op === "const" && visibleRange(l, left)) return { variable: left, constant: Number(right.value) };
  if (right && left?.op === "const" && visibleRange(l, right)) return { variable: right, constant: Number(left.value) };
  return { variable: value, constant: 0 };
}

/** After a helper that may move the packet, the views made so far point nowhere. */
export function forgetPacketViews(l: Lowering, helper: HelperSpec): void {
  if (!packetMovingHelpers.has(helper.name)) return;
  l.traits.movesPacket = true;
  for (const live of l.packetViews) l.b.write(live, l.b.constant("i32", 1n));
}
