// Folding rules for conversions between widths and between pointers and numbers.

import { evalConvert } from "../ir/eval.js";
import type { ConvertInst, Inst, Type } from "../ir/ir.js";
import type { Folder } from "./fold.js";
import { constOf } from "./edit.js";

export function simplifyConvert(inst: ConvertInst, folder: Folder): Inst | undefined {
  const [value] = inst.args;
  if (!value) return undefined;
  const constant = constOf(value);
  if (constant !== undefined && (inst.type !== "ptr" || constant === 0n)) {
    return folder.constant(inst.type, evalConvert(inst.op, inst.type, constant));
  }
  const inner = value.args[0];
  switch (inst.op) {
    case "trunc":
      return simplifyTrunc(value, inner, folder);
    case "zext":
      // The upper half was clear before it was cut off.
      return value.op === "trunc" && inner && folder.known.possible(inner) <= 0xffff_ffffn ? inner : undefined;
    case "sext":
      if (value.op === "trunc" && inner && fitsSigned(inner, 32, folder)) return inner;
      // Widening with zeros is free on BPF.
      return folder.known.signed(value).lo >= 0n ? folder.convert("zext", "i64", value) : undefined;
    case "sext8":
      return simplifySmall(inst, value, 8, folder);
    case "sext16":
      return simplifySmall(inst, value, 16, folder);
    case "ptr2int":
      return value.op === "int2ptr" ? inner : undefined;
    case "address":
      return undefined; // What an int2ptr was made from may be a pointer to the verifier.
    case "int2ptr":
      return value.op === "ptr2int" ? inner : undefined;
    case "bswap32":
    case "bswap64":
      return value.op === inst.op ? inner : undefined;
    case "bswap16":
      return value.op === inst.op && inner && folder.known.possible(inner) <= 0xffffn ? inner : undefined;
  }
}

function simplifyTrunc(value: Inst, inner: Inst | undefined, folder: Folder): Inst | undefined {
  if ((value.op === "zext" || value.op === "sext") && inner) return inner;
  if ((value.op === "sext8" || value.op === "sext16") && inner) {
    return folder.convert(value.op, "i32", folder.convert("trunc", "i32", inner));
  }
  return undefined;
}

/** Sign extension of the low `bits` bits within a type. */
function simplifySmall(inst: ConvertInst, value: Inst, bits: 8 | 16, folder: Folder): Inst | undefined {
  if (fitsSigned(value, bits, folder)) return value;
  const low = folder.known.possible(value) & ((1n << BigInt(bits)) - 1n);
  // Without a sign it is a mask, of which the verifier follows more: it takes what v4 extends for any byte.
  if (low >> BigInt(bits - 1) === 0n) return folder.binary("and", value, folder.constant(inst.type as Type, low));
  const stripped = stripLow(value, bits, inst.type as Type);
  return stripped === value ? undefined : folder.convert(inst.op, inst.type, stripped);
}

function fitsSigned(value: Inst, bits: number, folder: Folder): boolean {
  const bound = 1n << BigInt(bits - 1);
  const interval = folder.known.signed(value);
  return interval.lo >= -bound && interval.hi < bound;
}

export function lowHalf(value: Inst, folder: Folder): Inst {
  return folder.convert("trunc", "i32", value);
}

/**
 * A simpler value with the same low `bits` bits: without conversions and masks that only touch the bits above.
 * `type`: the type that it must have; undefined where i32 and i64 will do.
 */
export function stripLow(value: Inst, bits: 8 | 16 | 32, type: Type | undefined): Inst {
  let current = value;
  let best = value;
  for (;;) {
    if (type === undefined || current.type === type) best = current;
    const inner = current.args[0];
    if (!inner) return best;
    const keeps =
      current.op === "zext" ||
      current.op === "sext" ||
      current.op === "trunc" ||
      (current.op === "sext8" && bits <= 8) ||
      (current.op === "sext16" && bits <= 16) ||
      (current.op === "and" && masksNothing(current.args[1], bits));
    if (!keeps) return best;
    current = inner;
  }
}

function masksNothing(mask: Inst | undefined, bits: number): boolean {
  const value = constOf(mask);
  return value !== undefined && BigInt.asUintN(bits, value) === (1n << BigInt(bits)) - 1n;
}
