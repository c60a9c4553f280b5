// Methods of maps and of reserved records, as the helpers behind them.

import type { ts } from "./typescript.js";
import { helperByName } from "../../bpf/helpers.js";
import { assert } from "../../util/assert.js";
import type { Inst } from "../ir/ir.js";
import { checkRecord } from "./access.js";
import { lowerExpression } from "./expressions.js";
import { report, startSealed, type Lowering } from "./lowering.js";
import { address, copyTo, isOwnMemory, loadScalar, scalarOnStack, stackMemory } from "./memory.js";
import {
  errorOperand,
  voidOperand,
  type MapDeclaration,
  type MapKind,
  type MemoryOperand,
  type Operand,
} from "./operands.js";
import { isScalar, sizeOf, type AggregateType, type DataType, type ScalarType } from "./types.js";
import { describe, nullableShape, readShape, writeShape } from "./variables.js";

type Method = (l: Lowering, node: ts.CallExpression, map: MapDeclaration) => Operand;

/** What each kind of map has in the kernel half. */
const methods: Readonly<Record<MapKind, Readonly<Record<string, Method>>>> = {
  hash: { get, has, set, delete: remove, ref },
  array: { get, set, ref },
  percpu_array: { get, set, ref },
  perf_event_array: { output: perfOutput },
  ringbuf: { output: ringOutput, reserve: reserveOutsideUsing },
};

export function lowerMapMethod(
  l: Lowering,
  node: ts.CallExpression,
  callee: ts.PropertyAccessExpression,
  map: MapDeclaration,
): Operand {
  const available = methods[map.kind];
  const name = callee.name.text;
  const method = Object.hasOwn(available, name) ? available[name] : undefined;
  if (method) return method(l, node, map);
  report(l, callee.name, "mapMethod", { kind: map.kind, name, methods: Object.keys(available).join(", ") });
  return errorOperand;
}

function helperId(tsName: string): number {
  const helper = helperByName(tsName);
  assert(helper, `the helper table has no ${tsName}`);
  return helper.id;
}

const BPF_ANY = 0n;
/** BPF_F_CURRENT_CPU, include/uapi/linux/bpf.h: the ring of the CPU that the program runs on. */
const BPF_F_CURRENT_CPU = 0xffffffffn;

// ---- keys and values --------------------------------------------------------------------------------------------

/** A pointer to memory that holds the argument as this type. Undefined after a diagnostic. */
function pointerTo(l: Lowering, node: ts.Expression | undefined, type: DataType | undefined): Inst | undefined {
  if (!node || !type) return undefined;
  const operand = lowerExpression(l, node);
  if (operand.kind === "error") return undefined;
  if (isScalar(type)) return scalarOnStack(l, node, type, operand);
  if (operand.kind === "memory" && operand.type === type && isOwnMemory(operand)) {
    checkRecord(l, node, operand);
    return address(l, operand);
  }
  const copy = stackMemory(l, node, "copy", type);
  copyTo(l, node, copy, operand);
  return address(l, copy);
}

function lookup(l: Lowering, node: ts.CallExpression, map: MapDeclaration): Inst | undefined {
  const key = pointerTo(l, node.arguments[0], map.key);
  return key && l.b.call(helperId("bpfMapLookupElem"), "ptr", [l.b.map(map.name), key]);
}

/** A struct or an array inside a map's value or a record. */
function valueMemory(type: AggregateType, base: Inst): MemoryOperand {
  return { kind: "memory", type, base, offset: 0, align: 8, space: "map", record: undefined };
}

function get(l: Lowering, node: ts.CallExpression, map: MapDeclaration): Operand {
  const pointer = lookup(l, node, map);
  if (!pointer || !map.value) return errorOperand;
  if (isScalar(map.value)) return copiedScalar(l, node, pointer, map.value);
  return { kind: "nullable", present: pointer, inner: valueMemory(map.value, pointer) };
}

/** A scalar is a copy, taken when `get` is called. */
function copiedScalar(l: Lowering, node: ts.Node, pointer: Inst, type: ScalarType): Operand {
  const found = l.b.createBlock();
  const missing = l.b.createBlock();
  const join = l.b.createBlock();
  l.b.branch(l.b.compare("ne", pointer, l.b.constant("ptr", 0n)), found, missing);
  startSealed(l, found);
  const value = loadScalar(l, type, pointer, 0);
  const shape = nullableShape("value", value, type);
  assert(shape, "a scalar without a shape");
  writeShape(l, node, "value", shape, value);
  l.b.jump(join);
  startSealed(l, missing);
  writeShape(l, node, "value", shape, voidOperand);
  l.b.jump(join);
  startSealed(l, join);
  return readShape(l, shape);
}

function has(l: Lowering, node: ts.CallExpression, map: MapDeclaration): Operand {
  const pointer = lookup(l, node, map);
  if (!pointer) return errorOperand;
  return { kind: "bool", value: l.b.compare("ne", pointer, l.b.constant("ptr", 0n)) };
}

function ref(l: Lowering, node: ts.CallExpression, map: MapDeclaration): Operand {
  const pointer = lookup(l, node, map);
  if (!pointer || !map.value) return errorOperand;
  if (isScalar(map.value)) {
    return { kind: "nullable", present: pointer, inner: { kind: "ref", base: pointer, type: map.value } };
  }
  report(l, node, "notAValue", { what: "A reference to a struct", instead: "`get` gives a live one already" });
  return errorOperand;
}

function set(l: Lowering, node: ts.CallExpression, map: MapDeclaration): Operand {
  const key = pointerTo(l, node.arguments[0], map.key);
  const value = pointerTo(l, node.arguments[1], map.value);
  if (!key || !value) return errorOperand;
  const flags = l.b.constant("i64", BPF_ANY);
  return succeeded(l, l.b.call(helperId("bpfMapUpdateElem"), "i64", [l.b.map(map.name), key, value, flags]));
}

function remove(l: Lowering, node: ts.CallExpression, map: MapDeclaration): Operand {
  const key = pointerTo(l, node.arguments[0], map.key);
  if (!key) return errorOperand;
  return succeeded(l, l.b.call(helperId("bpfMapDeleteElem"), "i64", [l.b.map(map.name), key]));
}

/** A helper's 0 is success. */
function succeeded(l: Lowering, result: Inst): Operand {
  return { kind: "bool", value: l.b.compare("eq", result, l.b.constant("i64", 0n)) };
}

// ---- events -----------------------------------------------------------------------------------------------------

function perfOutput(l: Lowering, node: ts.CallExpression, map: MapDeclaration): Operand {
  const [contextNode, eventNode] = node.arguments;
  const context = contextNode && lowerExpression(l, contextNode);
  const event = pointerTo(l, eventNode, map.event);
  if (!contextNode || !event || !map.event || context?.kind === "error") return errorOperand;
  if (context?.kind !== "ctx") {
    report(l, contextNode, "notAValue", {
      what: describe(context ?? errorOperand),
      instead: "pass the program's context: `ctx`",
    });
    return errorOperand;
  }
  const flags = l.b.constant("i64", BPF_F_CURRENT_CPU);
  const size = l.b.constant("i64", BigInt(sizeOf(map.event)));
  const args = [context.value, l.b.map(map.name), flags, event, size];
  return succeeded(l, l.b.call(helperId("bpfPerfEventOutput"), "i64", args));
}

function ringOutput(l: Lowering, node: ts.CallExpression, map: MapDeclaration): Operand {
  const event = pointerTo(l, node.arguments[0], map.event);
  if (!event || !map.event) return errorOperand;
  const size = l.b.constant("i64", BigInt(sizeOf(map.event)));
  const args = [l.b.map(map.name), event, size, l.b.constant("i64", 0n)];
  return succeeded(l, l.b.call(helperId("bpfRingbufOutput"), "i64", args));
}

function reserveOutsideUsing(l: Lowering, node: ts.CallExpression): Operand {
  report(l, node, "reserveWithoutUsing");
  return errorOperand;
}

/** Room in a ring buffer: a pointer that may be null. Only `using` declarations come here. */
export function reserveRecord(l: Lowering, map: MapDeclaration): Inst | undefined {
  if (!map.event) return undefined;
  const size = l.b.constant("i64", BigInt(sizeOf(map.event)));
  const args = [l.b.map(map.name), size, l.b.constant("i64", 0n)];
  return l.b.call(helperId("bpfRingbufReserve"), "ptr", args);
}

/** Ends a record for good. */
export function endRecord(l: Lowering, pointer: Inst, how: "submit" | "discard"): void {
  const helper = helperId(how === "submit" ? "bpfRingbufSubmit" : "bpfRingbufDiscard");
  l.b.call(helper, "void", [pointer, l.b.constant("i64", 0n)]);
}

export function lowerRecordMethod(
  l: Lowering,
  node: ts.CallExpression,
  callee: ts.PropertyAccessExpression,
  memory: MemoryOperand,
): Operand {
  const name = callee.name.text;
  if (name !== "submit" && name !== "discard") {
    report(l, callee.name, "unknownProperty", {
      name,
      what: "a record",
      instead: "a record has its fields, submit() and discard()",
    });
    return errorOperand;
  }
  checkRecord(l, node, memory);
  endRecord(l, address(l, memory), name);
  if (memory.record) l.b.write(memory.record.live, l.b.constant("i32", 0n));
  return voidOperand;
}
