// What the verifier finds out about a value by itself. It decides on the register that it sees: where it does not know
// that an index is inside its array, a check has to show it, even if we know.

import type { Inst } from "../ir/ir.js";
import type { Lowering } from "./lowering.js";
import type { Range } from "./operands.js";

/** Operations with two operands, one inside the other. */
const depthMax = 12;
const u32Range: Range = { low: 0n, high: 0xffffffffn };

/** Bounds that the verifier knows, none of them negative. */
export function visibleRange(l: Lowering, inst: Inst): Range | undefined {
  return rangeOf(l, inst, depthMax);
}

function rangeOf(l: Lowering, unresolved: Inst, depth: number): Range | undefined {
  const inst = l.b.resolve(unresolved);
  if (depth === 0) return undefined;
  const [left, right] = inst.args.map((arg) => rangeOf(l, arg, inst.args.length > 1 ? depth - 1 : depth));
  switch (inst.op) {
    case "const":
      return inst.value < 1n << 31n ? { low: inst.value, high: inst.value } : undefined;
    case "param":
    case "callfn":
      return l.counters.get(inst);
    case "load":
      return inst.mem === "u8" ? { low: 0n, high: 0xffn } : inst.mem === "u16" ? { low: 0n, high: 0xffffn } : undefined;
    case "zext":
      return left ?? u32Range;
    case "sext":
      return left && fitting(left);
    case "trunc":
      return left && left.high <= u32Range.high ? left : undefined;
    case "and": {
      const known = [left, right].filter((range) => range !== undefined).map((range) => range.high);
      return known.length > 0 ? { low: 0n, high: known.reduce((a, b) => (a < b ? a : b)) } : undefined;
    }
    case "lshr":
      return left && right && right.low === right.high
        ? { low: left.low >> right.low, high: left.high >> right.low }
        : undefined;
    case "shl":
      return left && right && right.low === right.high && right.high < 32n
        ? fitting({ low: left.low << right.low, high: left.high << right.low })
        : undefined;
    case "add":
      return left && right && fitting({ low: left.low + right.low, high: left.high + right.high });
    case "sub":
      return left && right && fitting({ low: left.low - right.high, high: left.high - right.low });
    case "mul":
      return left && right && fitting({ low: left.low * right.low, high: left.high * right.high });
    default:
      return undefined;
  }
}

function fitting(range: Range): Range | undefined {
  return range.low >= 0n && range.high < 1n << 31n ? range : undefined;
}
