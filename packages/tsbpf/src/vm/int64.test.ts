import assert from "node:assert/strict";
import { it } from "node:test";
import { divS64, divU64, fromBig, modS64, modU64, mulHigh, swap16, swap32, toBig } from "./int64.js";

const halves = [0, 1, 2, 3, 0xffff, 0x10000, 0x7fffffff, -0x80000000, -1, -2, 0x12345678, 0x1fffff, 0x200000];

it("64-bit arithmetic in halves is that of bigints", () => {
  const out = { hi: 0 };
  const check = (low: number, expected: bigint, what: string): void => {
    assert.equal(toBig(low, out.hi), BigInt.asUintN(64, expected), what);
  };
  for (const a of halves) {
    for (const b of halves) {
      assert.equal(BigInt(mulHigh(a, b) >>> 0), (BigInt(a >>> 0) * BigInt(b >>> 0)) >> 32n, `${a} * ${b}`);
      for (const [lo, hi] of [
        [a, b],
        [b, a],
        [a, a],
      ] as const) {
        for (const divisor of halves) {
          const [left, right] = [toBig(lo, hi), toBig(divisor, b)];
          const [sLeft, sRight] = [BigInt.asIntN(64, left), BigInt.asIntN(64, right)];
          const what = `${left} and ${right}`;
          check(divU64(out, lo, hi, divisor, b), right === 0n ? 0n : left / right, what);
          check(modU64(out, lo, hi, divisor, b), right === 0n ? left : left % right, what);
          check(divS64(out, lo, hi, divisor, b), right === 0n ? 0n : sLeft / sRight, what);
          check(modS64(out, lo, hi, divisor, b), right === 0n ? left : sLeft % sRight, what);
          check(fromBig(out, left), left, what);
        }
      }
    }
  }
  assert.equal(swap16(0x12345678), 0x7856);
  assert.equal(swap32(0x12345678), 0x78563412);
});
