// Folding rules for arithmetic. The constant of a commutative operation stands on the right.

import { bitsOf, evalBinary } from "../ir/eval.js";
import type { BinaryInst, BinaryOp, Inst } from "../ir/ir.js";
import { isBinary, isCompare } from "../ir/ir.js";
import { isCommutative } from "../ir/operators.js";
import { constOf } from "./edit.js";
import type { Folder } from "./fold.js";
import { allOnes, lowMask } from "./known-bits.js";
import { invertedCompare } from "./fold-compare.js";
import { lowHalf } from "./fold-convert.js";

export function simplifyBinary(inst: BinaryInst, folder: Folder): Inst | undefined {
  const [left, right] = inst.args;
  if (!left || !right) return undefined;
  const leftConst = constOf(left);
  const rightConst = constOf(right);
  if (inst.type === "ptr") return simplifyPointer(inst, left, right, folder);
  if (leftConst !== undefined && rightConst !== undefined) {
    return folder.constant(inst.type, evalBinary(inst.op, inst.type, leftConst, rightConst));
  }
  if (leftConst !== undefined && isCommutative(inst.op)) return folder.binary(inst.op, right, left);
  const result =
    rightConst === undefined
      ? simplifyVariable(inst, left, right, folder)
      : simplifyWithConst(inst, left, rightConst, folder);
  return result ?? simplifyWide(inst, left, right, folder);
}

function simplifyPointer(inst: BinaryInst, left: Inst, right: Inst, folder: Folder): Inst | undefined {
  const value = constOf(right);
  if (value === undefined) return undefined;
  if (value === 0n) return left;
  if (inst.op === "sub") return folder.binary("add", left, folder.constant("i64", -value));
  const inner = left.op === "add" ? constOf(left.args[1]) : undefined;
  const base = left.args[0];
  if (inner === undefined || !base) return undefined;
  return folder.binary("add", base, folder.constant("i64", inner + value));
}

/** Both operands are unknown, or the left one alone is a constant. */
function simplifyVariable(inst: BinaryInst, left: Inst, right: Inst, folder: Folder): Inst | undefined {
  const zero = (): Inst => folder.constant(inst.type, 0n);
  const same = left === right;
  switch (inst.op) {
    case "and":
    case "or":
      return same ? left : undefined;
    case "xor":
      return same ? zero() : undefined;
    case "sub":
      return same ? zero() : undefined;
    case "shl":
    case "lshr":
    case "ashr":
    case "udiv":
    case "sdiv":
    case "umod":
    case "smod":
      // A zero stays zero whatever it is shifted or divided by.
      return constOf(left) === 0n ? left : signedToUnsigned(inst, left, right, folder);
    default:
      return undefined;
  }
}

function simplifyWithConst(inst: BinaryInst, left: Inst, value: bigint, folder: Folder): Inst | undefined {
  switch (inst.op) {
    case "add":
      return value === 0n ? left : reassociate(inst, left, value, folder);
    case "sub":
      return folder.binary("add", left, folder.constant(inst.type as "i32" | "i64", -value));
    case "mul":
      return simplifyMul(inst, left, value, folder);
    case "and":
      return simplifyAnd(inst, left, value, folder);
    case "or":
      if (value === 0n) return left;
      if (value === allOnes(inst.type)) return folder.constant(inst.type, value);
      return reassociate(inst, left, value, folder);
    case "xor":
      if (value === 0n) return left;
      if (value === 1n && isCompare(left)) return invertedCompare(left, folder);
      return reassociate(inst, left, value, folder);
    case "shl":
    case "lshr":
    case "ashr":
      return simplifyShift(inst, left, value, folder);
    case "udiv":
    case "umod":
    case "sdiv":
    case "smod":
      return simplifyDivision(inst, left, value, folder);
  }
}

/** op(op(x, c1), c2) = op(x, c1 op c2), unless the inner value is computed anyway. */
function reassociate(inst: BinaryInst, left: Inst, value: bigint, folder: Folder): Inst | undefined {
  const inner = left.op === inst.op ? constOf(left.args[1]) : undefined;
  const base = left.args[0];
  if (inner === undefined || !base || folder.uses(left) > 1) return undefined;
  return folder.binary(inst.op, base, folder.constant(inst.type, evalBinary(inst.op, inst.type, inner, value)));
}

function simplifyMul(inst: BinaryInst, left: Inst, value: bigint, folder: Folder): Inst | undefined {
  if (value === 0n) return folder.constant(inst.type, 0n);
  if (value === 1n) return left;
  if (value === allOnes(inst.type)) return folder.binary("sub", folder.constant(inst.type, 0n), left);
  const exponent = exponentOf(value);
  if (exponent !== undefined) return folder.binary("shl", left, folder.constant(inst.type, exponent));
  return reassociate(inst, left, value, folder);
}

function simplifyAnd(inst: BinaryInst, left: Inst, value: bigint, folder: Folder): Inst | undefined {
  const possible = folder.known.possible(left);
  if ((possible & value) === 0n) return folder.constant(inst.type, 0n);
  if ((possible & ~value) === 0n) return left;
  const inner = left.op === "and" ? constOf(left.args[1]) : undefined;
  if (inner !== undefined && left.args[0]) {
    return folder.binary("and", left.args[0], folder.constant(inst.type, inner & value));
  }
  const relevant = relevantOperand(left, value, folder);
  if (relevant) return folder.binary("and", relevant, folder.constant(inst.type, value));
  const bit = spreadBit(left, folder);
  if (bit) return folder.binary("mul", bit, folder.constant(inst.type, value));
  if (inst.type === "i64" && value <= 0xffff_ffffn) {
    // 32-bit operations clear the upper half for nothing, and their immediates reach 2^32 - 1.
    const low = folder.convert("trunc", "i32", left);
    return folder.convert("zext", "i64", folder.binary("and", low, folder.constant("i32", value)));
  }
  return undefined;
}

/**
 * The bit that all bits of a value are copies of. Newer verifiers walk on once for each of the two (maybe_fork_scalars,
 * kernel/bpf/verifier.c), which is too often in a loop; as a factor the bit is one number that they know less of.
 */
function spreadBit(value: Inst, folder: Folder): Inst | undefined {
  const [left, right] = value.args;
  if (!isBinary(value) || value.type === "ptr" || !left || !right) return undefined;
  if (value.op === "sub") return constOf(left) === 0n && folder.known.possible(right) <= 1n ? right : undefined;
  const bits = BigInt(bitsOf(value.type));
  const isSign = value.op === "ashr" && constOf(right) === bits - 1n;
  return isSign ? folder.binary("lshr", left, right) : undefined;
}

/** The operand of `value` from which all bits in `mask` come, if the other one has none there. */
function relevantOperand(value: Inst, mask: bigint, folder: Folder): Inst | undefined {
  const [left, right] = value.args;
  if (!isBinary(value) || !left || !right || value.type === "ptr") return undefined;
  if (value.op !== "xor" && value.op !== "or" && value.op !== "add") return undefined;
  // What is added to lower bits may be carried into these.
  const looked = value.op === "add" ? lowMask(mask) : mask;
  if ((folder.known.possible(right) & looked) === 0n) return left;
  return (folder.known.possible(left) & looked) === 0n ? right : undefined;
}

/**
 * What reaches an address may have been checked as it is: then the address must be computed from that very value. Of
 * one that was made in this sweep nothing is known yet.
 */
function mayBeChecked(value: Inst, folder: Folder): boolean {
  const uses = folder.uses(value);
  return uses === 0 || (uses > 1 && folder.reachesAddress(value));
}

function simplifyShift(inst: BinaryInst, left: Inst, value: bigint, folder: Folder): Inst | undefined {
  const bits = BigInt(bitsOf(inst.type));
  const count = value % bits;
  if (count === 0n) return left;
  const constant = (number: bigint): Inst => folder.constant(inst.type, number);
  if (count !== value) return folder.binary(inst.op, left, constant(count));
  const possible = folder.known.possible(left);
  if (inst.op === "lshr" && possible >> count === 0n) return constant(0n);
  if (inst.op === "shl" && BigInt.asUintN(Number(bits), possible << count) === 0n) return constant(0n);
  if (inst.op === "ashr" && folder.known.signed(left).lo >= 0n) return folder.binary("lshr", left, constant(count));
  const inner = constOf(left.args[1]);
  const base = left.args[0];
  if (inner === undefined || !base || !isBinary(left)) return undefined;
  if (left.op === inst.op && mayBeChecked(left, folder)) return undefined;
  if (left.op === inst.op && inner < bits) {
    if (inner + count < bits) return folder.binary(inst.op, base, constant(inner + count));
    return inst.op === "ashr" ? folder.binary("ashr", base, constant(bits - 1n)) : constant(0n);
  }
  if (left.op !== "shl" || inner !== count || inst.op === "shl") return undefined;
  // Up and down by the same count: the usual way to widen by hand.
  if (inst.op === "lshr") return folder.binary("and", base, constant(allOnes(inst.type) >> count));
  if (count === bits - 8n) return folder.convert("sext8", inst.type, base);
  if (count === bits - 16n) return folder.convert("sext16", inst.type, base);
  return count === 32n ? folder.convert("sext", "i64", folder.convert("trunc", "i32", base)) : undefined;
}

function simplifyDivision(inst: BinaryInst, left: Inst, value: bigint, folder: Folder): Inst | undefined {
  const { op, type } = inst;
  const isMod = op === "umod" || op === "smod";
  const isSigned = op === "sdiv" || op === "smod";
  if (value === 0n) return isMod ? left : folder.constant(type, 0n);
  if (value === 1n) return isMod ? folder.constant(type, 0n) : left;
  if (isSigned && value === allOnes(type)) {
    return isMod ? folder.constant(type, 0n) : folder.binary("sub", folder.constant(type, 0n), left);
  }
  const unsigned = signedToUnsigned(inst, left, folder.constant(type, value), folder);
  if (unsigned) return unsigned;
  const exponent = exponentOf(value);
  if (exponent === undefined) return undefined;
  const count = folder.constant(type, exponent);
  if (op === "udiv") return folder.binary("lshr", left, count);
  if (op === "umod") return folder.binary("and", left, folder.constant(type, value - 1n));
  if (exponent === BigInt(bitsOf(type)) - 1n) return undefined; // The divisor is the most negative number.
  return signedPowerOfTwo(inst, left, exponent, folder);
}

/** Division truncates towards zero, a shift rounds down: negative numbers get divisor - 1 added first. */
function signedPowerOfTwo(inst: BinaryInst, left: Inst, exponent: bigint, folder: Folder): Inst {
  const constant = (value: bigint): Inst => folder.constant(inst.type, value);
  const bits = BigInt(bitsOf(inst.type));
  const sign = folder.binary("ashr", left, constant(bits - 1n));
  const biased = folder.binary("add", left, folder.binary("lshr", sign, constant(bits - exponent)));
  if (inst.op === "sdiv") return folder.binary("ashr", biased, constant(exponent));
  return folder.binary("sub", left, folder.binary("and", biased, constant(-(1n << exponent))));
}

/** Signed division of numbers that are not negative; only v4 has a signed one. */
function signedToUnsigned(inst: BinaryInst, left: Inst, right: Inst, folder: Folder): Inst | undefined {
  if (inst.op !== "sdiv" && inst.op !== "smod") return undefined;
  if (folder.known.signed(left).lo < 0n || folder.known.signed(right).lo < 0n) return undefined;
  return folder.binary(inst.op === "sdiv" ? "udiv" : "umod", left, right);
}

const narrowable: ReadonlySet<BinaryOp> = new Set<BinaryOp>(["add", "mul", "and", "or", "xor", "shl", "udiv", "umod"]);

/** A 64-bit operation on zero-extended operands whose result fits 32 bits too. */
function simplifyWide(inst: BinaryInst, left: Inst, right: Inst, folder: Folder): Inst | undefined {
  if (inst.type !== "i64") return undefined;
  const base = left.args[0];
  const count = constOf(right);
  if ((inst.op === "lshr" || inst.op === "ashr") && count !== undefined && base) {
    // Counts from 32 on are left alone: the whole value is known to be zero then, or only the sign is left.
    if (count >= 32n) return undefined;
    const shift = folder.constant("i32", count);
    if (left.op === "zext") return folder.convert("zext", "i64", folder.binary("lshr", base, shift));
    if (left.op === "sext" && inst.op === "ashr")
      return folder.convert("sext", "i64", folder.binary("ashr", base, shift));
    return undefined;
  }
  if (inst.op === "and" && (left.op === "zext" || right.op === "zext")) {
    const low = folder.binary("and", lowHalf(left, folder), lowHalf(right, folder));
    return folder.convert("zext", "i64", low);
  }
  if (!narrowable.has(inst.op) || (left.op !== "zext" && right.op !== "zext")) return undefined;
  if (!isNarrow(left) || !isNarrow(right)) return undefined;
  if (inst.op === "shl" && (count === undefined || count >= 32n)) return undefined;
  const isDivision = inst.op === "udiv" || inst.op === "umod";
  if (!isDivision && folder.known.possible(inst) > 0xffff_ffffn) return undefined;
  const low = folder.binary(inst.op, lowHalf(left, folder), lowHalf(right, folder));
  return folder.convert("zext", "i64", low);
}

function isNarrow(value: Inst): boolean {
  return value.op === "zext" || (constOf(value) ?? 1n << 32n) <= 0xffff_ffffn;
}

/** k where `value` is 2^k. */
function exponentOf(value: bigint): bigint | undefined {
  return value > 0n && (value & (value - 1n)) === 0n ? BigInt(value.toString(2).length - 1) : undefined;
}
