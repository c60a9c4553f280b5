// What a program gets: the fields of its context by the table of bpf/contexts.ts, and the arguments of what is traced.

import type { ts } from "./typescript.js";
import { argumentAs } from "./access.js";
import { contextOfKind, registersOf, type ContextField } from "../../bpf/contexts.js";
import type { Inst } from "../ir/ir.js";
import { lowerExpression, lowerInt } from "./expressions.js";
import { kernelMember, readKernel } from "./kernel.js";
import { report, type Lowering } from "./lowering.js";
import { constantInt, sizedInt } from "./numbers.js";
import {
  errorOperand,
  type ContextArgsOperand,
  type ContextArrayOperand,
  type ContextOperand,
  type KernelOperand,
  type Operand,
} from "./operands.js";
import { intTypes } from "./types.js";
import { describe } from "./variables.js";

/** MAX_BPF_FUNC_ARGS, include/linux/bpf.h. */
const maxArguments = 12;

/** Kinds whose context is an array of 64-bit values: the arguments of the tracepoint or the function. */
const argumentArrays: ReadonlySet<string> = new Set(["raw_tracepoint", "tp_btf", "fentry", "fexit", "lsm"]);

/** `ctx.name` as a value; undefined where the program's context has no such property. */
export function contextMember(l: Lowering, node: ts.Node, name: string, ctx: ContextOperand): Operand | undefined {
  const { kind } = l.program;
  if (name === "args" && (argumentArrays.has(kind) || kind === "kprobe")) return { kind: "ctxArgs", value: ctx.value };
  if (name === "result" && kind === "kretprobe") return registerAs(l, node, ctx, registersOf[l.arch]?.result);
  if (name === "result" && kind === "fexit") return registerAs(l, node, ctx, functionResultOffset(l, node));
  const member = ctx.record && kernelMember(l, ctx.record, name);
  if (member) return recordMember(l, node, member);
  const spec = contextOfKind(kind, l.arch);
  if (name === "packet" && spec?.packet) return { kind: "packet", value: ctx.value };
  const field = contextField(l, name);
  if (!field) return undefined;
  if (field.length !== undefined) return { kind: "ctxArray", value: ctx.value, field };
  return readContextField(l, ctx.value, field, field.offset);
}

/** Of a pointer in a tracepoint's record the verifier knows nothing: what it leads to is read with care. */
function recordMember(l: Lowering, node: ts.Node, member: KernelOperand): Operand {
  // The kernel keeps the first eight bytes, which are the entry, from programs (tp_prog_is_valid_access).
  if (member.type.kind === "struct" && member.type.struct.name === "trace_entry") {
    const instead = "ask helpers what it says: `bpfGetCurrentPidTgid()`";
    report(l, node, "unknownProperty", { name: "ent", what: "what a program sees of the record", instead });
    return errorOperand;
  }
  const operand = readKernel(l, member);
  if (member.type.kind !== "pointer") return operand;
  const { inner } = operand.kind === "nullable" ? operand : { inner: operand };
  const object: Operand = inner.kind === "kernel" ? { ...inner, trusted: false, unchecked: false } : inner;
  return operand.kind === "nullable" ? { ...operand, inner: object } : object;
}

/** `dataLoc(ctx, ctx.__data_loc_filename)`: how far the bytes are from the record's start stands in the low half. */
export function lowerDataLoc(l: Lowering, node: ts.CallExpression): Operand {
  const [contextNode, locationNode] = node.arguments;
  const context = contextNode && lowerExpression(l, contextNode);
  const location = locationNode && lowerInt(l, locationNode);
  if (!contextNode || !context || !location || context.kind === "error") return errorOperand;
  if (context.kind !== "ctx") {
    report(l, contextNode, "notAValue", { what: describe(context), instead: "pass the program's context: `ctx`" });
    return errorOperand;
  }
  const distance = l.b.binary("and", location.value, l.b.constant("i64", 0xffffn));
  return sizedInt(intTypes.u64, l.b.convert("address", "i64", l.b.binary("add", context.value, distance)));
}

function contextField(l: Lowering, name: string): ContextField | undefined {
  return contextOfKind(l.program.kind, l.arch)?.fields.find((field) => field.property === name);
}

function readContextField(l: Lowering, context: Inst, field: ContextField, offset: number): Operand {
  const mem = `u${field.bits}` as const;
  return sizedInt(intTypes[mem], l.b.load("i64", mem, context, offset));
}

/** The field's place, where it can be written. Undefined after a diagnostic. */
export function writableContextField(
  l: Lowering,
  node: ts.PropertyAccessExpression,
): { readonly field: ContextField; readonly offset: number } | undefined {
  const field = contextField(l, node.name.text);
  if (field?.writable && field.length === undefined) return { field, offset: field.offset };
  // TypeScript has said so already, unless the type was cast away.
  report(l, node, "readOnly", { what: `'${node.name.text}' of the context`, instead: "the kernel does not allow it" });
  return undefined;
}

/** `ctx.cb[2]`: where it lies. Undefined after a diagnostic. */
export function contextElementOffset(
  l: Lowering,
  node: ts.Node,
  array: ContextArrayOperand,
  index: bigint | undefined,
): number | undefined {
  const { field } = array;
  const length = field.length ?? 0;
  if (index !== undefined && index >= 0n && index < BigInt(length))
    return field.offset + Number(index) * (field.bits / 8);
  if (index === undefined) report(l, node, "contextIndex", { what: field.property, last: length - 1 });
  else report(l, node, "indexRange", { index, length, last: length - 1 });
  return undefined;
}

export function readContextElement(
  l: Lowering,
  node: ts.Node,
  array: ContextArrayOperand,
  index: bigint | undefined,
): Operand {
  const offset = contextElementOffset(l, node, array, index);
  return offset === undefined ? errorOperand : readContextField(l, array.value, array.field, offset);
}

export function contextArrayLength(l: Lowering, array: ContextArrayOperand): Operand {
  return constantInt(l, "number", BigInt(array.field.length ?? 0));
}

// ---- arguments and results --------------------------------------------------------------------------------------

/** One argument of what is traced, as the type that the program gives it. */
export function contextArgument(
  l: Lowering,
  node: ts.Node,
  indexNode: ts.Node,
  args: ContextArgsOperand,
  index: bigint | undefined,
): Operand {
  const places = argumentPlaces(l);
  const offset = index === undefined || index < 0n ? undefined : places[Number(index)];
  if (offset === undefined) {
    const last = places.length - 1;
    if (index === undefined)
      report(l, indexNode, "notConstant", { what: `The number of an argument, from 0 to ${last},` });
    else report(l, indexNode, "indexRange", { index, length: places.length, last });
    return errorOperand;
  }
  return argumentAs(l, node, l.b.load("i64", "u64", args.value, offset));
}

function argumentPlaces(l: Lowering): readonly number[] {
  if (l.program.kind === "kprobe") return registersOf[l.arch]?.arguments ?? [];
  return Array.from({ length: maxArguments }, (_, index) => index * 8);
}

/** The kernel puts the result behind the last argument, so that the program must say how many there are. */
function functionResultOffset(l: Lowering, node: ts.Node): number | undefined {
  const [context] = l.program.handler.parameters;
  const args = context && l.checker.getTypeAtLocation(context).getProperty("args");
  const type = args && l.checker.getTypeOfSymbolAtLocation(args, node);
  const length = type?.getProperty("length");
  const count = length && l.checker.getTypeOfSymbolAtLocation(length, node);
  if (count?.isNumberLiteral() && count.value < maxArguments) return count.value * 8;
  report(l, node, "functionArguments");
  return undefined;
}

function registerAs(l: Lowering, node: ts.Node, ctx: ContextOperand, offset: number | undefined): Operand {
  return offset === undefined ? errorOperand : argumentAs(l, node, l.b.load("i64", "u64", ctx.value, offset));
}
