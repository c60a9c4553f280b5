// Calls of kernel helpers, from their rows in bpf/helpers.ts.

import { ts } from "./typescript.js";
import type { HelperArg, HelperReturn, HelperSpec } from "../../bpf/helper-spec.js";
import { essentialName } from "../../btf/name.js";
import { helperByName, mayCall } from "../../bpf/helpers.js";
import type { Inst } from "../ir/ir.js";
import { checkRecord } from "./access.js";
import { asInt, lowerExpression } from "./expressions.js";
import { checkHelper, checkHelperMap, isAligned, useMap } from "./helper-rules.js";
import { internData } from "./data-sections.js";
import { checkWritable } from "./globals.js";
import { kernelAddress, kernelObject, trustedObject } from "./kernel.js";
import { kernelStruct } from "./kernel-types.js";
import { report, type Lowering } from "./lowering.js";
import { forgetPacketViews } from "./packets.js";
import { address, copyTo, isOwnMemory, scalarOnStack, stackMemory, textOnStack } from "./memory.js";
import { checkConstant, sizedInt, widen } from "./numbers.js";
import { errorOperand, voidOperand, type KernelOperand, type MemoryOperand, type Operand } from "./operands.js";
import { intTypes, isScalar, kernelInterface, sizeOf, type DataType, type IntType } from "./types.js";
import { describe } from "./variables.js";

export function lowerHelper(l: Lowering, node: ts.CallExpression, tsName: string): Operand {
  const helper = helperByName(tsName);
  if (!helper) {
    report(l, node.expression, "notCallable", { what: `'${tsName}'`, instead: "it belongs to the user half" });
    return errorOperand;
  }
  if (!mayCall(helper, l.program.kind)) {
    const kinds = helper.programKinds === "all" ? "every kind" : helper.programKinds.join(", ");
    report(l, node.expression, "helperKind", { helper: tsName, kind: l.program.kind, kinds });
    return errorOperand;
  }
  if (!checkHelper(l, node, helper)) return errorOperand;
  const args = lowerArguments(l, node, helper);
  if (!args) return errorOperand;
  const { returns } = helper;
  const value = l.b.call(helper.id, returns.kind === "void" ? "void" : resultType(returns), args);
  forgetPacketViews(l, helper);
  return returns.kind === "void" ? voidOperand : result(l, node, returns, value);
}

function resultType(returns: HelperReturn): "i64" | "ptr" {
  return returns.kind === "scalar" ? "i64" : "ptr";
}

function result(l: Lowering, node: ts.CallExpression, returns: HelperReturn, value: Inst): Operand {
  switch (returns.kind) {
    case "void":
      return voidOperand;
    case "scalar": {
      const type = scalarType(returns);
      if (returns.bits === 64) return sizedInt(type, value);
      return sizedInt(type, widen(l, type, l.b.convert("trunc", "i32", value)));
    }
    case "kernel_address": {
      const type = l.checker.getTypeAtLocation(node);
      const struct = kernelInterface(type) && kernelStruct(l, type);
      if (struct) return kernelObject(struct, value);
      const [argument] = node.typeArguments ?? [];
      if (argument) {
        report(l, argument, "kernelView", { helper: node.expression.getText() });
        return errorOperand;
      }
      return sizedInt(intTypes.u64, l.b.convert("ptr2int", "i64", value));
    }
    case "kernel_object":
    case "map_value":
    case "mem": {
      const type = l.checker.getNonNullableType(l.checker.getTypeAtLocation(node));
      const struct = returns.kind === "kernel_object" && kernelInterface(type) ? kernelStruct(l, type) : undefined;
      const object = struct && {
        ...trustedObject(struct, value),
        unchecked: returns.kind !== "mem" && returns.nullable,
      };
      const inner: Operand = object ?? { kind: "opaque", value };
      return returns.nullable ? { kind: "nullable", present: value, inner } : inner;
    }
  }
}

function scalarType(spec: { readonly bits: 32 | 64; readonly signed: boolean }): IntType {
  return { kind: "int", bits: spec.bits, signed: spec.signed };
}

// ---- arguments --------------------------------------------------------------------------------------------------

/** The register arguments in the helper's order; sizes follow from their memory. Undefined after a diagnostic. */
function lowerArguments(l: Lowering, node: ts.CallExpression, helper: HelperSpec): Inst[] | undefined {
  const sizes = new Map<number, number>();
  const values: (Inst | undefined)[] = [];
  const maps: MapTypes[] = [];
  let next = 0;
  let failed = false;
  for (const [index, arg] of helper.args.entries()) {
    if (arg.kind === "size") {
      values.push(undefined);
      continue;
    }
    const argument = node.arguments[next++];
    if (!argument && arg.kind === "scalar" && arg.optional) {
      values.push(l.b.constant("i64", 0n));
      continue;
    }
    const lowered = argument && lowerArgument(l, argument, helper, arg, maps);
    if (!lowered) {
      // What key and value must be, only the map says.
      if (arg.kind === "map") return undefined;
      failed = true;
      continue;
    }
    values.push(lowered.value);
    if (lowered.size !== undefined) sizes.set(index, lowered.size);
  }
  if (failed) return undefined;
  return helper.args.map((arg, index) => {
    const value = values[index];
    if (value) return value;
    const size = arg.kind === "size" ? sizes.get(arg.of) : 0;
    return l.b.constant("i64", BigInt(size ?? 0));
  });
}

interface MapTypes {
  readonly key: DataType | undefined;
  readonly value: DataType | undefined;
  readonly event: DataType | undefined;
}

interface Lowered {
  readonly value: Inst;
  /** Bytes of the memory that it points to. */
  readonly size?: number;
}

function lowerArgument(
  l: Lowering,
  node: ts.Expression,
  helper: HelperSpec,
  arg: HelperArg,
  maps: MapTypes[],
): Lowered | undefined {
  const operand = lowerExpression(l, node);
  if (operand.kind === "error") return undefined;
  const bad = (needed: string, instead: string): undefined => {
    report(l, node, "helperArgument", {
      helper: helper.tsName,
      needed,
      name: arg.name,
      got: describe(operand),
      instead,
    });
    return undefined;
  };
  switch (arg.kind) {
    case "ctx":
      return operand.kind === "ctx" ? { value: operand.value } : bad("the context", "pass `ctx`");
    case "map":
      if (operand.kind !== "static" || operand.value.kind !== "map") return bad("a map", "name a module-level map");
      if (!checkHelperMap(l, node, helper, operand.value.map)) return undefined;
      maps.push(operand.value.map);
      return { value: useMap(l, node, operand.value.map) };
    case "map_key":
    case "map_value": {
      const type = arg.kind === "map_key" ? maps[0]?.key : (maps[0]?.value ?? maps[0]?.event);
      if (arg.nullable && (operand.kind === "null" || operand.kind === "void")) {
        return { value: l.b.constant("ptr", 0n) };
      }
      return keyOrValue(l, node, operand, type) ?? bad("a value of the map's type", "make one with its schema");
    }
    case "scalar": {
      const int = asInt(l, node, operand);
      if (!int) return undefined;
      checkConstant(l, node, int, scalarType(arg));
      return { value: arg.bits === 64 ? int.value : l.b.convert("trunc", "i32", int.value) };
    }
    case "mem":
      return memory(l, node, operand, arg) ?? bad(...neededMemory(arg));
    case "kernel_address":
      return kernelPointer(l, operand) ?? bad("an address in the kernel", "pass a bpfCore… object or a u64");
    case "user_address":
      return userPointer(l, operand) ?? bad("an address in user memory", "pass a UserPtr or a u64");
    case "kernel_object":
    case "ringbuf_record":
      if (operand.kind === "opaque") return { value: operand.value };
      if (arg.kind === "kernel_object" && isGiven(operand, arg.struct)) return { value: operand.base };
      if (isNullable(arg) && (operand.kind === "null" || operand.kind === "void")) {
        return { value: l.b.constant("ptr", 0n) };
      }
      return bad("a kernel object that the verifier knows", "pass what another helper returned, after a check");
    default:
      report(l, node, "helperUnsupported", { helper: helper.tsName, needed: unsupportedNames[arg.kind] ?? arg.kind });
      return undefined;
  }
}

const unsupportedNames: Readonly<Record<string, string>> = {
  dynptr: "a dynptr",
  callback: "a callback",
  callback_ctx: "a callback's context",
  map_value_field: "a special field of a map's value",
};

function isNullable(arg: HelperArg): boolean {
  return "nullable" in arg && arg.nullable === true;
}

function keyOrValue(l: Lowering, node: ts.Node, operand: Operand, type: DataType | undefined): Lowered | undefined {
  if (operand.kind === "memory") {
    // The kernel takes as many bytes as the map says.
    if (!type || sizeOf(operand.type) < sizeOf(type)) return undefined;
    const own = isOwnMemory(operand) ? operand : stackMemory(l, node, "copy", operand.type);
    if (own !== operand) copyTo(l, node, own, operand);
    return { value: address(l, own) };
  }
  const int = operand.kind === "int" || operand.kind === "bool";
  if (!int || !type || !isScalar(type)) return undefined;
  return { value: scalarOnStack(l, node, type, operand) };
}

function memory(l: Lowering, node: ts.Node, operand: Operand, arg: HelperArg & { kind: "mem" }): Lowered | undefined {
  if (arg.constant) return operand.kind === "text" ? { value: constantText(l, operand.text) } : undefined;
  if (operand.kind === "text" && arg.access === "read") {
    const text = textOnStack(l, node, operand.text);
    const size = sizeOf(text.type);
    return arg.size === undefined || size >= arg.size ? { value: text.base, size } : undefined;
  }
  if ((operand.kind === "null" || operand.kind === "void") && arg.nullable) {
    return { value: l.b.constant("ptr", 0n), size: 0 };
  }
  if (operand.kind !== "memory") return undefined;
  checkRecord(l, node, operand);
  if (arg.access !== "read") checkWritable(l, node, operand);
  if (!isOwnMemory(operand)) return copied(l, node, operand, arg);
  const size = sizeOf(operand.type);
  // A helper that takes a fixed struct reads or fills all of it.
  if (arg.size !== undefined && (size < arg.size || !isAligned(operand, arg.size))) return undefined;
  return { value: address(l, operand), size };
}

/** Text in read-only data, which is where the kernel looks for formats. */
function constantText(l: Lowering, text: string): Inst {
  const place = internData(l, new TextEncoder().encode(`${text}\0`), 1);
  return l.b.data(place.section, place.offset);
}

/** For the message: what is needed, and what to write. */
function neededMemory(arg: HelperArg & { kind: "mem" }): readonly [string, string] {
  if (arg.constant) return ["text that is known when the program is compiled", 'write it there: `"pid %d"`'];
  if (arg.size === undefined) return ["memory of the program", "pass a struct, chars, bytes or an array"];
  const needed = `${arg.size} bytes of the program, at a multiple of ${Math.min(arg.size, 8)}`;
  return [needed, "pass a struct of its own: `const Result = struct({ value: u64 })`"];
}

/** What lies in a packet or a context is copied first. Nothing after a diagnostic. */
function copied(
  l: Lowering,
  node: ts.Node,
  operand: MemoryOperand,
  arg: HelperArg & { kind: "mem" },
): Lowered | undefined {
  if (arg.access !== "read") {
    report(l, node, "helperMemory", { helper: "The helper", what: `the ${operand.space}` });
  }
  const copy = stackMemory(l, node, "copy", operand.type);
  copyTo(l, node, copy, operand);
  return { value: copy.base, size: sizeOf(operand.type) };
}

/** An object of this type that the verifier takes for one. */
export function isGiven(operand: Operand, struct: string): operand is KernelOperand {
  if (operand.kind !== "kernel" || !operand.given || operand.path.length > 0) return false;
  return operand.root !== undefined && `struct ${essentialName(operand.root.name)}` === struct;
}

function kernelPointer(l: Lowering, operand: Operand): Lowered | undefined {
  const present = operand.kind === "nullable" ? operand.inner : operand;
  if (present.kind === "kernel") return { value: kernelAddress(l, present) };
  if (present.kind === "int") return { value: l.b.convert("int2ptr", "ptr", present.value) };
  return undefined;
}

function userPointer(l: Lowering, operand: Operand): Lowered | undefined {
  const present = operand.kind === "nullable" ? operand.inner : operand;
  if (present.kind === "user") return { value: present.value };
  if (present.kind === "int") return { value: l.b.convert("int2ptr", "ptr", present.value) };
  return undefined;
}
