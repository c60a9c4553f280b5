// `bpfPrintk(`exec ${pid} ${comm}`)`: a line for the kernel's trace pipe, its format made from the types of the values.

import { ts } from "./typescript.js";
import { helperByName, mayCall } from "../../bpf/helpers.js";
import { assert } from "../../util/assert.js";
import type { Inst } from "../ir/ir.js";
import { asInt, lowerExpression } from "./expressions.js";
import { report, type Lowering } from "./lowering.js";
import { stackMemory, textOnStack } from "./memory.js";
import { constantValue, rangeOf, within } from "./numbers.js";
import { errorOperand, voidOperand, type IntOperand, type Operand } from "./operands.js";
import { inMemory, isText } from "./text.js";
import { intTypes, type ArrayType } from "./types.js";

/** A part of the line: what stands in the format, and the value that goes with it. */
interface Part {
  readonly format: string;
  readonly value: Inst | undefined;
}

/** bpf_trace_printk has three registers left for values; bpf_trace_vprintk (5.16) takes up to twelve from memory. */
const registerValues = 3;
const memoryValues = 12;

export function lowerPrintk(l: Lowering, node: ts.CallExpression): Operand {
  const [argument] = node.arguments;
  const parts = argument && partsOf(l, argument);
  if (!argument || !parts) return errorOperand;
  const format = parts.map((part) => part.format).join("");
  if (!/^[\t\n\x20-\x7e]*$/.test(format)) {
    const what = format.includes("\0") ? "Text with a NUL" : "Text outside ASCII";
    report(l, argument, "notAValue", { what, instead: "the kernel prints ASCII only, line by line" });
    return errorOperand;
  }
  const values = parts.map((part) => part.value).filter((value) => value !== undefined);
  if (values.length > memoryValues) {
    const what = `A line with ${values.length} values`;
    report(l, argument, "notAValue", { what, instead: `the kernel prints up to ${memoryValues} at once` });
    return errorOperand;
  }
  const text = textOnStack(l, argument, format);
  const size = l.b.constant("i64", BigInt(format.length + 1));
  if (values.length <= registerValues) return call(l, node, "bpfTracePrintk", [text.base, size, ...values]);
  const list = valuesOnStack(l, node, values);
  return call(l, node, "bpfTraceVprintk", [text.base, size, list, l.b.constant("i64", BigInt(8 * values.length))]);
}

function call(l: Lowering, node: ts.CallExpression, name: string, args: Inst[]): Operand {
  const helper = helperByName(name);
  assert(helper, `the helper table has no ${name}`);
  if (!mayCall(helper, l.program.kind)) {
    const kinds = helper.programKinds === "all" ? "every kind" : helper.programKinds.join(", ");
    report(l, node.expression, "helperKind", { helper: name, kind: l.program.kind, kinds });
    return errorOperand;
  }
  l.b.call(helper.id, "i64", args);
  return voidOperand;
}

function valuesOnStack(l: Lowering, node: ts.Node, values: readonly Inst[]): Inst {
  const type: ArrayType = { kind: "array", form: "elements", element: intTypes.u64, length: values.length };
  const { base } = stackMemory(l, node, "values", type);
  for (const [index, value] of values.entries()) l.b.store("u64", base, 8 * index, value);
  return base;
}

/** The parts in order; undefined after a diagnostic. */
function partsOf(l: Lowering, node: ts.Expression): readonly Part[] | undefined {
  if (ts.isParenthesizedExpression(node)) return partsOf(l, node.expression);
  if (!ts.isTemplateExpression(node)) {
    const part = partOf(l, node);
    return part && [part];
  }
  const parts: (Part | undefined)[] = [constantPart(node.head.text)];
  for (const span of node.templateSpans) {
    parts.push(partOf(l, span.expression), constantPart(span.literal.text));
  }
  const complete = parts.filter((part) => part !== undefined);
  return complete.length === parts.length ? complete : undefined;
}

function constantPart(text: string): Part {
  return { format: text.replaceAll("%", "%%"), value: undefined };
}

function partOf(l: Lowering, node: ts.Expression): Part | undefined {
  const operand = lowerExpression(l, node);
  if (operand.kind === "text") return constantPart(operand.text);
  if (isText(operand)) {
    const value = terminated(l, node, operand);
    return value && { format: "%s", value };
  }
  if (operand.kind === "bool") {
    report(l, node, "notAValue", { what: "A boolean", instead: "print a number: `${flag ? 1 : 0}`" });
    return undefined;
  }
  if (operand.kind === "nullable") {
    report(l, node, "possiblyMissing");
    return undefined;
  }
  const int = asInt(l, node, operand);
  if (!int) return undefined;
  const known = constantValue(int);
  return known === undefined ? { format: formatOf(int), value: int.value } : constantPart(`${known}`);
}

/** The conversion that prints every value of the type as JavaScript does. */
function formatOf(int: IntOperand): string {
  if (!int.loose && within(int.range, rangeOf(intTypes.u32))) return "%u";
  if (!int.loose && within(int.range, rangeOf(intTypes.i32))) return "%d";
  return int.range.low >= 0n && int.range.high > rangeOf(intTypes.i64).high ? "%llu" : "%lld";
}

/** A copy with a NUL behind it: the kernel reads on until it finds one. */
function terminated(l: Lowering, node: ts.Node, operand: Operand): Inst | undefined {
  const text = inMemory(l, node, operand);
  if (!text) return undefined;
  const { memory, room } = text;
  const type: ArrayType = { kind: "array", form: "bytes", element: intTypes.u8, length: room + 1 };
  const copy = stackMemory(l, node, "text", type);
  l.b.copy(copy.base, 0, memory.base, memory.offset, room, memory.align);
  l.b.store("u8", copy.base, room, l.b.constant("i64", 0n));
  return copy.base;
}
