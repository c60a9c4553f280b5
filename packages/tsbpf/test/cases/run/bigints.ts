// 64 bits: u64 and i64 wrap after each operation, and compare with their own sign. Results that would not fit are only
// used after they were stored, where JavaScript's are cut in the same way.
import { i32, i64, rawTracepoint, struct, u32, u64, u8 } from "tsbpf";

function fold(x: u64): number {
  return u32(x) ^ u32(x >> 32n);
}

export const arithmetic = rawTracepoint("sched_process_exec", (ctx) => {
  const a = ctx.args[0];
  const b = ctx.args[1];
  return fold(u64(a + b)) ^ fold(u64(a - b)) ^ fold(u64(a * b)) ^ fold(u64(a + 1n)) ^ fold(u64(a * 3n - 7n));
});

export const signedArithmetic = rawTracepoint("sched_process_exec", (ctx) => {
  const a = i64(ctx.args[0]);
  const b = i64(ctx.args[1]);
  return fold(u64(a + b)) ^ fold(u64(a - b)) ^ fold(u64(a * b)) ^ fold(u64(-a)) ^ fold(u64(~a));
});

export const unsignedComparisons = rawTracepoint("sched_process_exec", (ctx) => {
  const a = ctx.args[0];
  const b = ctx.args[1];
  return (a < b ? 1 : 0) | (a <= b ? 2 : 0) | (a > b ? 4 : 0) | (a >= b ? 8 : 0) | (a === b ? 16 : 0) | (a !== b ? 32 : 0);
});

export const signedComparisons = rawTracepoint("sched_process_exec", (ctx) => {
  const a = i64(ctx.args[0]);
  const b = i64(ctx.args[1]);
  return (a < b ? 1 : 0) | (a <= b ? 2 : 0) | (a > b ? 4 : 0) | (a >= b ? 8 : 0) | (a === b ? 16 : 0) | (a < 0n ? 32 : 0);
});

export const literals = rawTracepoint("sched_process_exec", (ctx) => {
  const a = ctx.args[0];
  const s = i64(a);
  return (a === 0xffffffffffffffffn ? 1 : 0) | (a > 9223372036854775807n ? 2 : 0) | (s < -1n ? 4 : 0) |
    (s === -9223372036854775808n ? 8 : 0) | (a < 0x100000000n ? 16 : 0) | (s > 100n ? 32 : 0);
});

export const literalsOutside = rawTracepoint("sched_process_exec", (ctx) => {
  // A literal that the other side can never be: no u64 is below zero, no i64 above 2^63 - 1.
  const a = ctx.args[0];
  const s = i64(a);
  return (a > -1n ? 1 : 0) | (a === -1n ? 2 : 0) | (a !== -1n ? 4 : 0) | (a < -5n ? 8 : 0) |
    (s < 0xffffffffffffffffn ? 16 : 0) | (s === 0xffffffffffffffffn ? 32 : 0) | (-1n <= a ? 64 : 0);
});

export const division = rawTracepoint("sched_process_exec", (ctx) => {
  const a = ctx.args[0];
  const b = ctx.args[1] | 1n;
  const s = i64(a);
  const t = i64(b >> 1n) | 1n;
  return fold(u64(a / b)) ^ fold(u64(a % b)) ^ fold(u64(s / t)) ^ fold(u64(s % t)) ^ fold(u64(a / 10n)) ^ fold(u64(s % -7n));
});

export const bitwise = rawTracepoint("sched_process_exec", (ctx) => {
  const a = ctx.args[0];
  const b = ctx.args[1];
  const s = i64(b);
  return fold(u64(a & b)) ^ fold(u64(a | b)) ^ fold(u64(a ^ b)) ^ fold(u64(~a)) ^ fold(u64(s & 0xffn)) ^ fold(u64(s | 1n));
});

export const shifts = rawTracepoint("sched_process_exec", (ctx) => {
  const a = ctx.args[0];
  const s = i64(a);
  return fold(u64(a << 5n)) ^ fold(u64(a >> 5n)) ^ fold(u64(s >> 5n)) ^ fold(u64(a << 63n)) ^ fold(u64(s >> 63n)) ^ fold(u64(a << 0n));
});

export const shiftsByVariable = rawTracepoint("sched_process_exec", (ctx) => {
  // Everything is shifted out when the count is 64 or more, as in JavaScript.
  const a = ctx.args[0];
  const s = i64(a);
  const n = u64(u8(ctx.args[1]));
  const masked = ctx.args[1] & 63n;
  return fold(u64(a << n)) ^ fold(u64(a >> n)) ^ fold(u64(s >> n)) ^ fold(u64(a << masked)) ^ fold(u64(s >> masked));
});

export const bitOf = rawTracepoint("sched_process_exec", (ctx) => fold(u64(1n << (ctx.args[0] & 63n))));

export const mixed = rawTracepoint("sched_process_exec", (ctx) => {
  const a = u64(u32(ctx.args[0])) * u64(u32(ctx.args[1]));
  const b = i64(i32(ctx.args[0])) * i64(i32(ctx.args[1]));
  return fold(a) ^ fold(u64(b));
});

export const difference = rawTracepoint("sched_process_exec", (ctx) => {
  const since = i64(ctx.args[0] - ctx.args[1]);
  return (since < 0n ? 1 : 0) | (since > 1000n ? 2 : 0);
});

export const numberBesideBigint = rawTracepoint("sched_process_exec", (ctx) => {
  const a = ctx.args[0];
  const n = u8(ctx.args[1]);
  return (a < n ? 1 : 0) | (n > a ? 2 : 0) | (i64(a) < i32(ctx.args[2]) ? 4 : 0) | (a > 100 ? 8 : 0) | (a >= -1 ? 16 : 0);
});

const Wide = struct({ u: u64, i: i64 });

export const fields = rawTracepoint("sched_process_exec", (ctx) => {
  const wide = Wide({ u: ctx.args[0], i: i64(ctx.args[1]) });
  wide.u += 5n;
  wide.i -= 7n;
  wide.u <<= 3n;
  wide.i >>= 2n;
  wide.u ^= 0xff00ff00ff00ff00n;
  wide.i *= -3n;
  wide.u++;
  --wide.i;
  return fold(wide.u) ^ fold(u64(wide.i));
});

export const locals = rawTracepoint("sched_process_exec", (ctx) => {
  let hash: u64 = 14695981039346656037n;
  for (let i = 0; i < 8; i++) hash = u64((hash ^ (ctx.args[0] >> u64(i * 8)) & 0xffn) * 1099511628211n);
  let sign: i64 = 0n;
  sign -= 1n;
  return fold(hash) ^ (sign < 0n ? 1 : 0);
});

export const truth = rawTracepoint("sched_process_exec", (ctx) => {
  const a = ctx.args[0];
  return (a ? 1 : 0) | (!a ? 2 : 0) | (i64(a) && ctx.args[1] ? 4 : 0) | (a || ctx.args[1] ? 8 : 0);
});

/** A literal that the signed type does not hold is a negative number there. */
export const signedMasks = rawTracepoint("sched_process_exec", (ctx) => {
  const value: i64 = i64(ctx.args[0]) | i64(ctx.args[1] << 63n);
  const all = i64(value & 0xffffffffffffffffn);
  const sign = i64(value & 0x8000000000000000n);
  const high = i64(value & 0xffffffff00000000n);
  return (all === -1n ? 1 : 0) | (all < 0n ? 2 : 0) | (sign < -5n ? 4 : 0) | (high < -5n ? 8 : 0) | (high === sign ? 16 : 0);
});

/** A literal that is shifted takes the type of the count. */
export const shiftedLiterals = rawTracepoint("sched_process_exec", (ctx) => {
  const n = ctx.args[0] & 63n;
  let mask: u64 = ctx.args[1];
  mask |= 1n << n;
  const has = (mask & (1n << (ctx.args[2] & 63n))) !== 0n;
  const sign = i64(ctx.args[2]) + (-1n << n);
  const small = i64(ctx.args[0] & 31n);
  const sum = i64(ctx.args[1]) - (3n << small);
  return (1n << n > 0n ? 1 : 0) ^ u32((1n << n) / 3n) ^ (has ? 2 : 0) ^ fold(mask) ^ fold(u64(sign)) ^ fold(u64(sum));
});
