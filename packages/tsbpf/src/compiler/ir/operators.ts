// What is known of the operators themselves: which one says the opposite, and which ones mind the order.

import type { BinaryOp, CompareOp } from "./ir.js";

/** The comparison that is true where this one is false. */
export const inverse: Readonly<Record<CompareOp, CompareOp>> = {
  eq: "ne",
  ne: "eq",
  ult: "uge",
  uge: "ult",
  ule: "ugt",
  ugt: "ule",
  slt: "sge",
  sge: "slt",
  sle: "sgt",
  sgt: "sle",
};

/** The comparison that says the same of `b` and `a` as this one of `a` and `b`. */
export const swapped: Readonly<Record<CompareOp, CompareOp>> = {
  eq: "eq",
  ne: "ne",
  ult: "ugt",
  ugt: "ult",
  ule: "uge",
  uge: "ule",
  slt: "sgt",
  sgt: "slt",
  sle: "sge",
  sge: "sle",
};

const commutative: ReadonlySet<string> = new Set<BinaryOp | CompareOp>(["add", "mul", "and", "or", "xor", "eq", "ne"]);

export function isCommutative(op: string): boolean {
  return commutative.has(op);
}
