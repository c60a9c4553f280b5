// What the exported functions of "tsbpf" mean to the compiler, apart from helpers and declarations: one row a name.

import { ts } from "./typescript.js";
import { lowerSwap } from "./byte-order.js";
import { lowerExpression } from "./expressions.js";
import { rangeAsValue } from "./for-of.js";
import { kernelAddress, kernelFieldExists, kernelMember } from "./kernel.js";
import { report, type Lowering } from "./lowering.js";
import { sizedInt } from "./numbers.js";
import { swapWidths } from "./swap-bytes.js";
import { errorOperand, type KernelOperand, type Operand } from "./operands.js";
import { makeRef } from "./refs.js";
import { intTypes } from "./types.js";

type Intrinsic = (l: Lowering, node: ts.CallExpression, name: string) => Operand;

/** Keyed by exported name. Declaring names are in statics.ts and declarations.ts, helpers in bpf/helpers.ts. */
export const intrinsics: Readonly<Record<string, Intrinsic>> = {
  bpfCoreAddressOf: addressOf,
  bpfCoreFieldExists: fieldExists,
  range: rangeAsValue,
  ...Object.fromEntries(Object.keys(swapWidths).map((name) => [name, lowerSwap])),
  ref: makeRef,
};

/** The call's value, or undefined when the name is no intrinsic. */
export function callIntrinsic(l: Lowering, node: ts.CallExpression, name: string): Operand | undefined {
  return Object.hasOwn(intrinsics, name) ? intrinsics[name]?.(l, node, name) : undefined;
}

function fieldExists(l: Lowering, node: ts.CallExpression, name: string): Operand {
  const argument = node.arguments[0];
  const place = argument && kernelPlace(l, argument);
  if (place && place.path.length > 0) return kernelFieldExists(l, place);
  if (argument) report(l, argument, "kernelField", { helper: name });
  return errorOperand;
}

function addressOf(l: Lowering, node: ts.CallExpression, name: string): Operand {
  const argument = node.arguments[0];
  const object = argument && lowerExpression(l, argument);
  const place = object?.kind === "nullable" ? object.inner : object;
  if (place?.kind === "kernel") return sizedInt(intTypes.u64, l.b.convert("ptr2int", "i64", kernelAddress(l, place)));
  if (argument && place?.kind !== "error") report(l, argument, "kernelObject", { helper: name });
  return errorOperand;
}

/** A field that is named, not read: only what leads to its object is evaluated. */
function kernelPlace(l: Lowering, node: ts.Expression): KernelOperand | undefined {
  if (ts.isParenthesizedExpression(node)) return kernelPlace(l, node.expression);
  if (!ts.isPropertyAccessExpression(node)) return undefined;
  const inner = kernelPlace(l, node.expression);
  const object = inner?.type.kind === "struct" ? inner : lowerExpression(l, node.expression);
  const present = object.kind === "nullable" ? object.inner : object;
  return present.kind === "kernel" ? kernelMember(present, node.name.text) : undefined;
}
