// Methods of maps and of reserved records, as the helpers behind them.

import type { ts } from "./typescript.js";
import { assert } from "../../util/assert.js";
import type { Inst } from "../ir/ir.js";
import { checkRecord } from "./access.js";
import { forEach } from "./callbacks.js";
import { lowerExpression } from "./expressions.js";
import { helperId } from "../../bpf/helpers.js";
import { useMap } from "./helper-rules.js";
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
import { capture, push, removeStorage, storage, storageRef, tailCall, take } from "./more-map-calls.js";
import { describe, nullableShape, readShape, writeShape } from "./variables.js";

type Method = (l: Lowering, node: ts.CallExpression, map: MapDeclaration) => Operand;

/** What each kind of map has in the kernel half. */
const entryMethods = { get, has, set, delete: remove, ref };
const hashMethods = { ...entryMethods, forEach };
const indexMethods = { get, set, ref, forEach };
const sequenceMethods = {
  push,
  pop: (l, node, map) => take(l, node, map, "pop"),
  peek: (l, node, map) => take(l, node, map, "peek"),
} satisfies Record<string, Method>;
const methods: Readonly<Record<MapKind, Readonly<Record<string, Method>>>> = {
  hash: hashMethods,
  lru_hash: hashMethods,
  percpu_hash: hashMethods,
  lpm_trie: entryMethods,
  array: indexMethods,
  percpu_array: indexMethods,
  queue: sequenceMethods,
  stack: sequenceMethods,
  prog_array: { tailCall },
  stack_trace: { capture },
  task_storage: {
    get: (l, node, map) => storage(l, node, map, false),
    getOrCreate: (l, node, map) => storage(l, node, map, true),
    delete: removeStorage,
    ref: storageRef,
  },
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
  const instead = `it has: ${Object.keys(available).join(", ")}`;
  report(l, callee.name, "mapMethod", { map: map.name, name, instead });
  return errorOperand;
}

const BPF_ANY = 0n;
/** BPF_F_CURRENT_CPU, include/uapi/linux/bpf.h: the ring of the CPU that the program runs on. */
const BPF_F_CURRENT_CPU = 0xffffffffn;

// ---- keys and values --------------------------------------------------------------------------------------------

/** A pointer to memory that holds the argument as this type. Undefined after a diagnostic. */
export function pointerTo(l: Lowering, node: ts.Expression | undefined, type: DataType | undefined): Inst | undefined {
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
  return key && l.b.call(helperId("bpfMapLookupElem"), "ptr", [useMap(l, node, map), key]);
}

/** A struct or an array inside a map's value or a record. */
function valueMemory(type: AggregateType, base: Inst): MemoryOperand {
  return { kind: "memory", type, base, offset: 0, align: 8, space: "map", record: undefined };
}

function get(l: Lowering, node: ts.CallExpression, map: MapDeclaration): Operand {
  return foundValue(l, node, lookup(l, node, map), map.value);
}

/** What a pointer to a value, which may be null, is to the program. */
export function foundValue(l: Lowering, node: ts.Node, pointer: Inst | undefined, type: DataType | undefined): Operand {
  if (!pointer || !type) return errorOperand;
  if (isScalar(type)) {
    return copiedScalar(l, node, l.b.compare("ne", pointer, l.b.constant("ptr", 0n)), pointer, type);
  }
  return { kind: "nullable", present: pointer, inner: valueMemory(type, pointer) };
}

/** A scalar is a copy, taken when `get` is called. */
export function copiedScalar(l: Lowering, node: ts.Node, present: Inst, pointer: Inst, type: ScalarType): Operand {
  const found = l.b.createBlock();
  const missing = l.b.createBlock();
  const join = l.b.createBlock();
  l.b.branch(present, found, missing);
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
  return foundRef(l, node, lookup(l, node, map), map.value);
}

/** A reference to a scalar behind a pointer that may be null. */
export function foundRef(l: Lowering, node: ts.Node, pointer: Inst | undefined, type: DataType | undefined): Operand {
  if (!pointer || !type) return errorOperand;
  if (isScalar(type)) {
    const inner: Operand = { kind: "ref", base: pointer, type, space: "map", record: undefined };
    return { kind: "nullable", present: pointer, inner };
  }
  report(l, node, "notAValue", { what: "A reference to a struct", instead: "`get` gives a live one already" });
  return errorOperand;
}

function set(l: Lowering, node: ts.CallExpression, map: MapDeclaration): Operand {
  const key = pointerTo(l, node.arguments[0], map.key);
  const value = pointerTo(l, node.arguments[1], map.value);
  if (!key || !value) return errorOperand;
  const flags = l.b.constant("i64", BPF_ANY);
  return succeeded(l, l.b.call(helperId("bpfMapUpdateElem"), "i64", [useMap(l, node, map), key, value, flags]));
}

function remove(l: Lowering, node: ts.CallExpression, map: MapDeclaration): Operand {
  const key = pointerTo(l, node.arguments[0], map.key);
  if (!key) return errorOperand;
  return succeeded(l, l.b.call(helperId("bpfMapDeleteElem"), "i64", [useMap(l, node, map), key]));
}

/** A helper's 0 is success. */
export function succeeded(l: Lowering, result: Inst): Operand {
  return { kind: "bool", value: l.b.compare("eq", result, l.b.constant("i64", 0n)) };
}

// ---- events -----------------------------------------------------------------------------------------------------

function perfOutput(l: Lowering, node: ts.CallExpression, map: MapDeclaration): Operand {
  const [contextNode, eventNode] = node.arguments;
  const context = contextArgument(l, contextNode);
  const event = pointerTo(l, eventNode, map.event);
  if (!context || !event || !map.event) return errorOperand;
  const flags = l.b.constant("i64", BPF_F_CURRENT_CPU);
  const size = l.b.constant("i64", BigInt(sizeOf(map.event)));
  const args = [context, useMap(l, node, map), flags, event, size];
  return succeeded(l, l.b.call(helperId("bpfPerfEventOutput"), "i64", args));
}

/** An argument that must be the program's context. Undefined after a diagnostic. */
export function contextArgument(l: Lowering, node: ts.Expression | undefined): Inst | undefined {
  const context = node && lowerExpression(l, node);
  if (!context || context.kind === "error") return undefined;
  if (context.kind === "ctx") return context.value;
  report(l, node, "notAValue", { what: describe(context), instead: "pass the program's context: `ctx`" });
  return undefined;
}

function ringOutput(l: Lowering, node: ts.CallExpression, map: MapDeclaration): Operand {
  const event = pointerTo(l, node.arguments[0], map.event);
  if (!event || !map.event) return errorOperand;
  const size = l.b.constant("i64", BigInt(sizeOf(map.event)));
  const args = [useMap(l, node, map), event, size, l.b.constant("i64", 0n)];
  return succeeded(l, l.b.call(helperId("bpfRingbufOutput"), "i64", args));
}

function reserveOutsideUsing(l: Lowering, node: ts.CallExpression): Operand {
  report(l, node, "reserveWithoutUsing");
  return errorOperand;
}

/** Room in a ring buffer: a pointer that may be null. Only `using` declarations come here. */
export function reserveRecord(l: Lowering, node: ts.Node, map: MapDeclaration): Inst | undefined {
  if (!map.event) return undefined;
  const size = l.b.constant("i64", BigInt(sizeOf(map.event)));
  const args = [useMap(l, node, map), size, l.b.constant("i64", 0n)];
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
