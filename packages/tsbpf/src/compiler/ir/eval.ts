// What the pure operations compute, exactly. Constant folding and the interpreter share it, so that they cannot differ.
// Values are unsigned bigints of their type's width.

import type { AtomicOperation, BinaryOp, CompareOp, ConvertInst, MemType, Type } from "./ir.js";
import { memSize } from "./ir.js";

export function bitsOf(type: Type): 32 | 64 {
  return type === "i32" ? 32 : 64;
}

export function evalBinary(op: BinaryOp, type: Type, left: bigint, right: bigint): bigint {
  const bits = bitsOf(type);
  return BigInt.asUintN(bits, evalUnbounded(op, bits, left, right));
}

export function evalCompare(op: CompareOp, type: Type, left: bigint, right: bigint): boolean {
  const bits = bitsOf(type);
  const signedLeft = BigInt.asIntN(bits, left);
  const signedRight = BigInt.asIntN(bits, right);
  switch (op) {
    case "eq":
      return left === right;
    case "ne":
      return left !== right;
    case "ult":
      return left < right;
    case "ule":
      return left <= right;
    case "ugt":
      return left > right;
    case "uge":
      return left >= right;
    case "slt":
      return signedLeft < signedRight;
    case "sle":
      return signedLeft <= signedRight;
    case "sgt":
      return signedLeft > signedRight;
    case "sge":
      return signedLeft >= signedRight;
  }
}

/** `type` is the result's. */
export function evalConvert(op: ConvertInst["op"], type: Type, value: bigint): bigint {
  switch (op) {
    case "zext":
    case "ptr2int":
    case "address":
    case "int2ptr":
      return value;
    case "sext":
      return BigInt.asUintN(64, BigInt.asIntN(32, value));
    case "trunc":
      return BigInt.asUintN(32, value);
    case "sext8":
      return BigInt.asUintN(bitsOf(type), BigInt.asIntN(8, value));
    case "sext16":
      return BigInt.asUintN(bitsOf(type), BigInt.asIntN(16, value));
    case "bswap16":
      return swapBytes(value, 2);
    case "bswap32":
      return swapBytes(value, 4);
    case "bswap64":
      return swapBytes(value, 8);
  }
}

function swapBytes(value: bigint, size: number): bigint {
  let swapped = 0n;
  for (let index = 0; index < size; index++) swapped = (swapped << 8n) | ((value >> BigInt(8 * index)) & 0xffn);
  return swapped;
}

/** What an atomic operation leaves in memory. `type` is the value's. */
export function evalAtomic(
  operation: AtomicOperation,
  type: Type,
  before: bigint,
  value: bigint,
  expected: bigint,
): bigint {
  switch (operation) {
    case "add":
    case "and":
    case "or":
    case "xor":
      return evalBinary(operation, type, before, value);
    case "xchg":
      return value;
    case "cmpxchg":
      return before === expected ? value : before;
  }
}

/** The low bytes of `value`, widened to `type` as a load of `mem` widens them. */
export function widen(mem: MemType, type: Type, value: bigint): bigint {
  const bits = memSize(mem) * 8;
  const low = mem.startsWith("i") ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
  return BigInt.asUintN(bitsOf(type), low);
}

function evalUnbounded(op: BinaryOp, bits: 32 | 64, left: bigint, right: bigint): bigint {
  const count = BigInt.asUintN(bits === 32 ? 5 : 6, right);
  const signedLeft = BigInt.asIntN(bits, left);
  const signedRight = BigInt.asIntN(bits, right);
  switch (op) {
    case "add":
      return left + right;
    case "sub":
      return left - right;
    case "mul":
      return left * right;
    case "and":
      return left & right;
    case "or":
      return left | right;
    case "xor":
      return left ^ right;
    case "shl":
      return left << count;
    case "lshr":
      return left >> count;
    case "ashr":
      return signedLeft >> count;
    case "udiv":
      return right === 0n ? 0n : left / right;
    case "umod":
      return right === 0n ? left : left % right;
    case "sdiv":
      return right === 0n ? 0n : signedLeft / signedRight;
    case "smod":
      return right === 0n ? left : signedLeft % signedRight;
  }
}
