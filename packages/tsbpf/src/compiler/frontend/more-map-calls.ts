// Methods of maps without entries that a program reaches by key: queues and stacks, arrays of programs, stack traces,
// and what belongs to a task.

import type { ts } from "./typescript.js";
import { isGiven } from "./helper-calls.js";
import { useMap } from "./helper-rules.js";
import { programKinds } from "../../bpf/program-kinds.js";
import { helperByName, helperId, mayCall } from "../../bpf/helpers.js";
import { assert } from "../../util/assert.js";
import type { Inst } from "../ir/ir.js";
import { asInt, lowerExpression } from "./expressions.js";
import { report, type Lowering } from "./lowering.js";
import { contextArgument, copiedScalar, foundRef, foundValue, pointerTo, succeeded } from "./map-calls.js";
import { indexType, stackMemory } from "./memory.js";
import { constantValue, convertTo, sizedInt, widen } from "./numbers.js";
import { errorOperand, voidOperand, type MapDeclaration, type Operand, type ProgramDeclaration } from "./operands.js";
import { tryEvaluate } from "./statics.js";
import { intTypes, isScalar, sizeOf } from "./types.js";
import { describe } from "./variables.js";

/** The helper's number; undefined after a diagnostic that this kind of program may not call it. */
function allowedHelper(l: Lowering, node: ts.CallExpression, tsName: string): number | undefined {
  const helper = helperByName(tsName);
  assert(helper, `the helper table has no ${tsName}`);
  if (mayCall(helper, l.program.kind)) return helper.id;
  const kinds = helper.programKinds === "all" ? "every kind" : helper.programKinds.join(", ");
  report(l, node.expression, "helperKind", { helper: node.expression.getText(), kind: l.program.kind, kinds });
  return undefined;
}

// ---- queues and stacks ------------------------------------------------------------------------------------------

export function push(l: Lowering, node: ts.CallExpression, map: MapDeclaration): Operand {
  const value = pointerTo(l, node.arguments[0], map.value);
  if (!value) return errorOperand;
  const flags = l.b.constant("i64", 0n);
  return succeeded(l, l.b.call(helperId("bpfMapPushElem"), "i64", [useMap(l, node, map), value, flags]));
}

/** `pop()` and `peek()`: a copy on the stack. */
export function take(l: Lowering, node: ts.CallExpression, map: MapDeclaration, how: "pop" | "peek"): Operand {
  const type = map.value;
  if (!type) return errorOperand;
  const helper = helperId(how === "pop" ? "bpfMapPopElem" : "bpfMapPeekElem");
  const call = (pointer: Inst): Inst => {
    const result = l.b.call(helper, "i64", [useMap(l, node, map), pointer]);
    return l.b.compare("eq", result, l.b.constant("i64", 0n));
  };
  if (isScalar(type)) {
    const slot = l.b.slot(how, sizeOf(type), 8);
    return copiedScalar(l, node, call(slot), slot, type);
  }
  const memory = stackMemory(l, node, how, type);
  return { kind: "nullable", present: call(memory.base), inner: memory };
}

// ---- programs ---------------------------------------------------------------------------------------------------

export function tailCall(l: Lowering, node: ts.CallExpression, map: MapDeclaration): Operand {
  const [contextNode, indexNode] = node.arguments;
  const context = contextArgument(l, contextNode);
  const index = indexNode && asInt(l, indexNode, lowerExpression(l, indexNode));
  if (!context || !index) return errorOperand;
  const known = constantValue(index);
  if (known !== undefined && (known < 0n || known >= map.maxEntries)) {
    report(l, indexNode, "indexRange", { index: known, length: map.maxEntries, last: map.maxEntries - 1 });
    return errorOperand;
  }
  l.traits.makesTailCalls = true;
  // It is inlined then.
  if (l.traits.isSubprogram) return voidOperand;
  checkCaller(l, node, map);
  if (holdsRecord(l)) report(l, node, "tailCallRecord");
  l.b.call(helperId("bpfTailCall"), "void", [context, useMap(l, node, map), convertTo(l, index, indexType).value]);
  return voidOperand;
}

/**
 * The kernel ties an array of programs to the first program that uses it: to its kind, and where it has the kernel's
 * own types, to what it is attached to (__bpf_prog_map_compatible, kernel/bpf/core.c).
 */
function checkCaller(l: Lowering, node: ts.CallExpression, map: MapDeclaration): void {
  const first = l.tailCallers.get(map.name) ?? l.program;
  l.tailCallers.set(map.name, first);
  if (first.kind === l.program.kind && (!hasKernelTypes(first) || first.target === l.program.target)) return;
  const { name, kind, target } = l.program;
  report(l, node, "tailCallKind", {
    name: map.name,
    first: first.name,
    program: name,
    kind: `${kind} ${target}`.trim(),
  });
}

function hasKernelTypes(program: ProgramDeclaration): boolean {
  return programKinds.some(({ name, btfTargetPrefix }) => name === program.kind && btfTargetPrefix !== undefined);
}

function holdsRecord(l: Lowering): boolean {
  if (l.b.unreachableHere) return false;
  for (let activation: typeof l.activation | undefined = l.activation; activation; activation = activation.caller) {
    for (const { live } of activation.usings) {
      const value = l.b.resolve(l.b.read(live));
      if (value.op !== "const" || value.value !== 0n) return true;
    }
  }
  return false;
}

// ---- stacks of calls --------------------------------------------------------------------------------------------

/** BPF_F_USER_STACK, include/uapi/linux/bpf.h. */
const userStack = 1n << 8n;

export function capture(l: Lowering, node: ts.CallExpression, map: MapDeclaration): Operand {
  const [contextNode, optionsNode] = node.arguments;
  const helper = allowedHelper(l, node, "bpfGetStackid");
  const context = contextArgument(l, contextNode);
  if (!context || helper === undefined) return errorOperand;
  const options = optionsNode && tryEvaluate(l, optionsNode);
  if (optionsNode && options?.kind !== "record") {
    report(l, optionsNode, "notConstant", { what: "Which stack is captured" });
    return errorOperand;
  }
  const user = options?.kind === "record" ? options.fields.get("user") : undefined;
  const flags = l.b.constant("i64", user?.kind === "bool" && user.value ? userStack : 0n);
  const id = l.b.call(helper, "i64", [context, useMap(l, node, map), flags]);
  return sizedInt(intTypes.i32, widen(l, intTypes.i32, l.b.convert("trunc", "i32", id)));
}

// ---- tasks ------------------------------------------------------------------------------------------------------

/** BPF_LOCAL_STORAGE_GET_F_CREATE, include/uapi/linux/bpf.h. */
const create = 1n;

export function storage(l: Lowering, node: ts.CallExpression, map: MapDeclaration, creates: boolean): Operand {
  return foundValue(l, node, findStorage(l, node, map, creates), map.value);
}

export function storageRef(l: Lowering, node: ts.CallExpression, map: MapDeclaration): Operand {
  return foundRef(l, node, findStorage(l, node, map, true), map.value);
}

function findStorage(l: Lowering, node: ts.CallExpression, map: MapDeclaration, creates: boolean): Inst | undefined {
  const helper = allowedHelper(l, node, "bpfTaskStorageGet");
  const task = taskArgument(l, node.arguments[0]);
  if (helper === undefined || !task) return undefined;
  const flags = l.b.constant("i64", creates ? create : 0n);
  return l.b.call(helper, "ptr", [useMap(l, node, map), task, l.b.constant("ptr", 0n), flags]);
}

export function removeStorage(l: Lowering, node: ts.CallExpression, map: MapDeclaration): Operand {
  const helper = allowedHelper(l, node, "bpfTaskStorageDelete");
  const task = taskArgument(l, node.arguments[0]);
  if (helper === undefined || !task) return errorOperand;
  return succeeded(l, l.b.call(helper, "i64", [useMap(l, node, map), task]));
}

/** A task that the verifier knows for one: not any address that a probe read may have given. */
function taskArgument(l: Lowering, node: ts.Expression | undefined): Inst | undefined {
  const task = node && lowerExpression(l, node);
  if (!task || task.kind === "error") return undefined;
  if (task.kind === "opaque") return task.value;
  if (isGiven(task, "struct task_struct")) return task.base;
  const instead = "pass `bpfGetCurrentTaskBtf()`, or an argument of a program that has the kernel's own tasks";
  if (task.kind === "nullable") report(l, node, "possiblyMissing");
  else report(l, node, "notAValue", { what: describe(task), instead });
  return undefined;
}
