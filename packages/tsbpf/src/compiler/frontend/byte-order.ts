// The byte order functions of "tsbpf". The machines that run BPF programs here are little-endian, so that each of them
// turns the bytes around.

import type { ts } from "./typescript.js";
import type { Inst } from "../ir/ir.js";
import { lowerInt } from "./expressions.js";
import type { Lowering } from "./lowering.js";
import { convertTo, sizedInt } from "./numbers.js";
import { errorOperand, type Operand } from "./operands.js";
import { intTypes } from "./types.js";
import { swapWidths } from "./swap-bytes.js";

export function lowerSwap(l: Lowering, node: ts.CallExpression, name: string): Operand {
  const bits = swapWidths[name];
  const argument = node.arguments[0];
  const operand = argument && lowerInt(l, argument);
  if (!operand || bits === undefined) return errorOperand;
  const type = intTypes[`u${bits}`];
  const value = convertTo(l, operand, type).value;
  return sizedInt(type, swapped(l, bits, value));
}

function swapped(l: Lowering, bits: 16 | 32 | 64, value: Inst): Inst {
  if (bits === 64) return l.b.convert("bswap64", "i64", value);
  return l.b.convert("zext", "i64", l.b.convert(`bswap${bits}`, "i32", l.b.convert("trunc", "i32", value)));
}
