import assert from "node:assert/strict";
import { test } from "node:test";
import { evalBinary, evalCompare, evalConvert, widen } from "./eval.js";
import type { BinaryOp, CompareOp, ConvertInst, MemType } from "./ir.js";
import { binaryOps, compareOps } from "./ir.js";

const min32 = 0x8000_0000n;
const min64 = 1n << 63n;
const ones32 = 0xffff_ffffn;
const ones64 = 0xffff_ffff_ffff_ffffn;

const binary: readonly (readonly [BinaryOp, "i32" | "i64", bigint, bigint, bigint])[] = [
  ["add", "i32", ones32, 2n, 1n],
  ["add", "i64", ones64, 2n, 1n],
  ["sub", "i32", 0n, 1n, ones32],
  ["sub", "i64", 0n, 1n, ones64],
  ["mul", "i32", 0x1_0001n, 0x1_0001n, 0x2_0001n],
  ["mul", "i64", ones64, ones64, 1n],
  ["and", "i32", 0xf0n, 0x3cn, 0x30n],
  ["or", "i64", 0xf0n, 0x3cn, 0xfcn],
  ["xor", "i64", 0xf0n, 0x3cn, 0xccn],
  ["shl", "i32", 1n, 31n, min32],
  ["shl", "i32", 1n, 33n, 2n],
  ["shl", "i64", 1n, 33n, 1n << 33n],
  ["shl", "i64", 1n, 65n, 2n],
  ["lshr", "i32", ones32, 28n, 0xfn],
  ["lshr", "i64", ones64, 124n, 0xfn],
  ["ashr", "i32", min32, 31n, ones32],
  ["ashr", "i64", min64, 62n, ones64 - 1n],
  ["ashr", "i32", 0x4000_0000n, 30n, 1n],
  ["udiv", "i32", ones32, 2n, 0x7fff_ffffn],
  ["udiv", "i64", 7n, 0n, 0n],
  ["umod", "i64", 7n, 0n, 7n],
  ["umod", "i32", ones32, 10n, 5n],
  ["sdiv", "i32", ones32 - 6n, 2n, ones32 - 2n],
  ["sdiv", "i64", ones64 - 6n, 2n, ones64 - 2n],
  ["sdiv", "i32", min32, ones32, min32],
  ["sdiv", "i64", min64, ones64, min64],
  ["sdiv", "i32", 7n, 0n, 0n],
  ["smod", "i32", ones32 - 6n, 4n, ones32 - 2n],
  ["smod", "i64", 7n, ones64 - 3n, 3n],
  ["smod", "i64", min64, ones64, 0n],
  ["smod", "i32", ones32, 0n, ones32],
];

test("binary operations of both widths", () => {
  for (const [op, type, left, right, result] of binary) {
    assert.equal(evalBinary(op, type, left, right), result, `${op} ${type} ${left}, ${right}`);
  }
  assert.deepEqual(new Set(binary.map(([op]) => op)), binaryOps);
});

const compare: readonly (readonly [CompareOp, "i32" | "i64", bigint, bigint, boolean])[] = [
  ["eq", "i64", 1n, 1n, true],
  ["ne", "i64", 1n, 1n, false],
  ["ult", "i32", 1n, ones32, true],
  ["ule", "i32", ones32, ones32, true],
  ["ugt", "i64", ones64, 1n, true],
  ["uge", "i64", 1n, ones64, false],
  ["slt", "i32", ones32, 1n, true],
  ["slt", "i64", ones32, 1n, false],
  ["sle", "i64", min64, 0n, true],
  ["sgt", "i32", min32, 0n, false],
  ["sge", "i64", ones64, ones64, true],
];

test("comparisons of both widths", () => {
  for (const [op, type, left, right, result] of compare) {
    assert.equal(evalCompare(op, type, left, right), result, `${op} ${type} ${left}, ${right}`);
  }
  assert.deepEqual(new Set(compare.map(([op]) => op)), compareOps);
});

const convert: readonly (readonly [ConvertInst["op"], "i32" | "i64", bigint, bigint])[] = [
  ["zext", "i64", ones32, ones32],
  ["sext", "i64", ones32, ones64],
  ["sext", "i64", 0x7fff_ffffn, 0x7fff_ffffn],
  ["trunc", "i32", ones64, ones32],
  ["sext8", "i32", 0x180n, ones32 - 0x7fn],
  ["sext8", "i64", 0x80n, ones64 - 0x7fn],
  ["sext16", "i32", 0x7fffn, 0x7fffn],
  ["sext16", "i64", 0x1_8000n, ones64 - 0x7fffn],
  ["ptr2int", "i64", min64, min64],
];

test("conversions", () => {
  for (const [op, type, value, result] of convert)
    assert.equal(evalConvert(op, type, value), result, `${op} ${type} ${value}`);
});

const loads: readonly (readonly [MemType, "i32" | "i64", bigint, bigint])[] = [
  ["u8", "i32", 0x1ffn, 0xffn],
  ["u16", "i64", 0x1_ffffn, 0xffffn],
  ["u32", "i64", ones64, ones32],
  ["u64", "i64", ones64, ones64],
  ["i8", "i32", 0x80n, ones32 - 0x7fn],
  ["i16", "i64", 0x8000n, ones64 - 0x7fffn],
  ["i32", "i64", min32, ones64 - 0x7fff_ffffn],
  ["i32", "i32", min32, min32],
];

test("loads widen as their memory type says", () => {
  for (const [mem, type, value, result] of loads)
    assert.equal(widen(mem, type, value), result, `${mem} ${type} ${value}`);
});
