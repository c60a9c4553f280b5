// What the exported functions of "tsbpf" mean to the compiler, apart from helpers and declarations: one row a name.

import type { ts } from "./typescript.js";
import { lowerSwap } from "./byte-order.js";
import { lowerDataLoc } from "./contexts.js";
import { coreQueries } from "./core-queries.js";
import { rangeAsValue } from "./for-of.js";
import type { Lowering } from "./lowering.js";
import type { Operand } from "./operands.js";
import { lowerPrintk } from "./printk.js";
import { swapWidths } from "./swap-bytes.js";
import { makeRef } from "./refs.js";

type Intrinsic = (l: Lowering, node: ts.CallExpression, name: string) => Operand;

/** Keyed by exported name. Declaring names are in statics.ts and declarations.ts, helpers in bpf/helpers.ts. */
export const intrinsics: Readonly<Record<string, Intrinsic>> = {
  ...coreQueries,
  dataLoc: lowerDataLoc,
  bpfPrintk: lowerPrintk,
  range: rangeAsValue,
  ...Object.fromEntries(Object.keys(swapWidths).map((name) => [name, lowerSwap])),
  ref: makeRef,
};

/** The call's value, or undefined when the name is no intrinsic. */
export function callIntrinsic(l: Lowering, node: ts.CallExpression, name: string): Operand | undefined {
  return Object.hasOwn(intrinsics, name) ? intrinsics[name]?.(l, node, name) : undefined;
}
