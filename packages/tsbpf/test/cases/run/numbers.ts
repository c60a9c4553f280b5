// Numbers are exact integers: sums and differences do not wrap before they are stored.
import { i16, i32, i8, rawTracepoint, struct, u16, u32, u8 } from "tsbpf";

export const differenceBelowZero = rawTracepoint("sched_process_exec", (ctx) => {
  const a = u32(ctx.args[0]);
  const b = u32(ctx.args[1]);
  return (a - b < 0 ? 1 : 0) | (a - b > 0 ? 2 : 0) | (a - b === 0 ? 4 : 0) | (a - b <= -1 ? 8 : 0);
});

export const sumAboveRange = rawTracepoint("sched_process_exec", (ctx) => {
  const a = u32(ctx.args[0]);
  const b = u32(ctx.args[1]);
  return (a + b > 0xffffffff ? 1 : 0) | (a + b >= 4294967296 ? 2 : 0) | (a + b < a ? 4 : 0);
});

export const bytes = rawTracepoint("sched_process_exec", (ctx) => {
  const a = u8(ctx.args[0]);
  const b = i8(ctx.args[1]);
  return (a + b > 255 ? 1 : 0) | (a - b < 0 ? 2 : 0) | (a * b < 0 ? 4 : 0) | (-b > 127 ? 8 : 0) | ((a + 1) * 256 < 0 ? 16 : 0);
});

export const average = rawTracepoint("sched_process_exec", (ctx) => {
  const a = u32(ctx.args[0]);
  const b = i32(ctx.args[1]);
  return u32((a + b) / 2) ^ u32((a - b) / 3);
});

export const products = rawTracepoint("sched_process_exec", (ctx) => {
  const a = u16(ctx.args[0]);
  const b = i16(ctx.args[1]);
  const c = u32(ctx.args[2]);
  return u32(a * b * 3) ^ u32(c * 1000) ^ u32(-c * 7) ^ u32(a * a * 16);
});

export const multiply = rawTracepoint("sched_process_exec", (ctx) => {
  const a = i32(ctx.args[0]);
  const b = u32(ctx.args[1]);
  return Math.imul(a, b) ^ Math.imul(b, 0x9e3779b1) ^ Math.imul(a - b, a + b);
});

export const signedDivision = rawTracepoint("sched_process_exec", (ctx) => {
  const a = i32(ctx.args[0]);
  const b = i32(ctx.args[1]);
  return Math.trunc(a / b) ^ i32(a / 7) ^ i32(a / -3);
});

export const unsignedDivision = rawTracepoint("sched_process_exec", (ctx) => {
  const a = u32(ctx.args[0]);
  const b = u32(ctx.args[1]);
  return u32(a / b) ^ u16(a / 10) ^ i8(a / 3) ^ u32(a / 1);
});

export const mixedDivision = rawTracepoint("sched_process_exec", (ctx) => {
  const a = i8(ctx.args[0]);
  const b = u16(ctx.args[1]);
  return i32(a / b) ^ i32(b / a) ^ i32(a / a) ^ i32((a - b) / (a + 1));
});

export const remainders = rawTracepoint("sched_process_exec", (ctx) => {
  const a = i32(ctx.args[0]);
  const b = u32(ctx.args[1]);
  // A remainder by what cannot be zero is an integer; by what can it has to be converted.
  return (a % 10) + (a % -7) + (b % 16) + u32(b % a) + i32(a % b) + i32(b % b);
});

const Ratio = struct({ quotient: i32, rest: u32 });

export const divisionIntoFields = rawTracepoint("sched_process_exec", (ctx) => {
  const ratio = Ratio();
  ratio.quotient = i32(ctx.args[0]) / i32(ctx.args[1]);
  ratio.rest = u32(ctx.args[0]) % u32(ctx.args[1]);
  const first = ratio.quotient;
  ratio.quotient /= 3;
  ratio.rest %= 5;
  return i32(first ^ ratio.quotient) ^ ratio.rest;
});

export const constantDivision = rawTracepoint("sched_process_exec", (ctx) =>
  u32(7 / 2) + u32(ctx.args[0]) * u8(0 / 0) + i32(-7 / 2) + i32(1 / 0) + (6 / 3) + (-7 % 4) + 4);

export const bitwise = rawTracepoint("sched_process_exec", (ctx) => {
  const a = u32(ctx.args[0]);
  const b = i32(ctx.args[1]);
  return (a & b) ^ (a | b) ^ (a ^ b) ^ ~a ^ ~b ^ (a & 0xff00) ^ (b & -2);
});

export const bitwiseIsSigned = rawTracepoint("sched_process_exec", (ctx) => {
  const a = u32(ctx.args[0]);
  return ((a | 0) < 0 ? 1 : 0) | (~a < 0 ? 2 : 0) | ((a & 0x80000000) < 0 ? 4 : 0) | (a >>> 0 < 0 ? 8 : 0) | ((a ^ -1) > 0 ? 16 : 0);
});

export const bitwiseCuts = rawTracepoint("sched_process_exec", (ctx) => {
  // Both sides are cut to 32 bits, whatever was added before.
  const a = u32(ctx.args[0]);
  const b = u32(ctx.args[1]);
  return ((a + b) | 0) ^ ((a - b) >>> 0) ^ ((a + b) & 0xffff) ^ ~(a + b);
});

export const shifts = rawTracepoint("sched_process_exec", (ctx) => {
  const a = i32(ctx.args[0]);
  const n = u32(ctx.args[1]);
  return (a << n) ^ (a >> n) ^ u32(a >>> n) ^ (a << 31) ^ (a >> 31) ^ (a << 32) ^ (a >>> 1);
});

export const shiftsOfUnsigned = rawTracepoint("sched_process_exec", (ctx) => {
  const a = u32(ctx.args[0]);
  const n = i8(ctx.args[1]);
  return ((a << n) < 0 ? 1 : 0) + ((a >> 1) < 0 ? 2 : 0) + (a >>> n) + (n >> 2) + (a >>> 0 === a ? 4 : 0);
});

export const extremes = rawTracepoint("sched_process_exec", (ctx) => {
  const a = i32(ctx.args[0]);
  const b = u32(ctx.args[1]);
  return Math.min(a, b) + Math.max(a, b, ) + Math.min(a, 10) + Math.max(b, 10) + Math.min(Math.max(a, 0), 255);
});

export const negation = rawTracepoint("sched_process_exec", (ctx) => {
  const a = u32(ctx.args[0]);
  const b = i8(ctx.args[1]);
  return u32(-a) ^ u32(-b) ^ u32(- -a) ^ (+b) ^ (-a < 0 ? 1 : 0);
});

export const comparisons = rawTracepoint("sched_process_exec", (ctx) => {
  const a = u32(ctx.args[0]);
  const b = i32(ctx.args[1]);
  return (a < b ? 1 : 0) | (a <= b ? 2 : 0) | (a > b ? 4 : 0) | (a >= b ? 8 : 0) | (u32(b) === a ? 16 : 0) | (u32(b) !== a ? 32 : 0);
});

export const mixedWidths = rawTracepoint("sched_process_exec", (ctx) => {
  const a = u8(ctx.args[0]);
  const b = i8(ctx.args[1]);
  const c = u16(ctx.args[2]);
  return (a < b ? 1 : 0) | (b < c ? 2 : 0) | (a - b > c ? 4 : 0) | (a + c === 300 ? 8 : 0) | (b === -1 ? 16 : 0) | (a === 255 ? 32 : 0);
});

export const exactVariable = rawTracepoint("sched_process_exec", (ctx) => {
  // A plain number holds what does not fit in 32 bits.
  let sum: number = u32(ctx.args[0]);
  sum += u32(ctx.args[1]);
  sum = sum * 3 - 1;
  let down = 0;
  down -= u32(ctx.args[2]);
  return u32(sum / 1024) ^ u32(down) ^ (sum > 0xffffffff ? 1 : 0) ^ (down < 0 ? 2 : 0);
});
