// 64-bit arithmetic on two 32-bit halves, as JavaScript's engines compute fastest. What cannot be done well in halves
// goes through BigInt. A function whose result has 64 bits gives the low half and leaves the high one in `out.hi`.

export interface HighHalf {
  hi: number;
}

export function toBig(lo: number, hi: number): bigint {
  return (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
}

export function fromBig(out: HighHalf, value: bigint): number {
  out.hi = Number(BigInt.asIntN(32, value >> 32n));
  return Number(BigInt.asIntN(32, value));
}

/** The high 32 bits of the product of two unsigned 32-bit numbers. */
export function mulHigh(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const low = Math.imul(a0, b0) >>> 16;
  const mid = Math.imul(a1, b0) + low;
  // Each sum fits: (2^16-1)^2 + 2^16 - 1 < 2^32, but imul's result is signed.
  const mid0 = (mid >>> 0) & 0xffff;
  const mid1 = (mid >>> 0) >>> 16;
  const cross = (Math.imul(a0, b1) + mid0) >>> 0;
  return (Math.imul(a1, b1) + mid1 + (cross >>> 16)) | 0;
}

export function swap16(value: number): number {
  return ((value & 0xff) << 8) | ((value >>> 8) & 0xff);
}

export function swap32(value: number): number {
  return (value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24);
}

/** Division by zero gives 0 (RFC 9669, section 4.1). */
export function divU64(out: HighHalf, lo: number, hi: number, bLo: number, bHi: number): number {
  if ((bLo | bHi) === 0) return zero(out);
  if (bHi === 0) {
    const divisor = bLo >>> 0;
    const top = (hi >>> 0) % divisor;
    out.hi = ((hi >>> 0) / divisor) | 0;
    const middle = top * 0x10000 + (lo >>> 16);
    const low = (middle % divisor) * 0x10000 + (lo & 0xffff);
    return (((middle / divisor) | 0) << 16) | ((low / divisor) | 0);
  }
  if (isSafe(hi) && isSafe(bHi)) {
    out.hi = 0;
    return (unsigned(lo, hi) / unsigned(bLo, bHi)) | 0;
  }
  return fromBig(out, toBig(lo, hi) / toBig(bLo, bHi));
}

/** Modulo zero leaves the number as it is. */
export function modU64(out: HighHalf, lo: number, hi: number, bLo: number, bHi: number): number {
  if ((bLo | bHi) === 0) return same(out, lo, hi);
  if (bHi === 0) {
    const divisor = bLo >>> 0;
    const middle = ((hi >>> 0) % divisor) * 0x10000 + (lo >>> 16);
    out.hi = 0;
    return (((middle % divisor) * 0x10000 + (lo & 0xffff)) % divisor) | 0;
  }
  if (isSafe(hi) && isSafe(bHi)) {
    const rest = unsigned(lo, hi) % unsigned(bLo, bHi);
    out.hi = (rest / 0x100000000) | 0;
    return rest | 0;
  }
  return fromBig(out, toBig(lo, hi) % toBig(bLo, bHi));
}

export function divS64(out: HighHalf, lo: number, hi: number, bLo: number, bHi: number): number {
  const quotient = divU64(out, absLo(lo, hi), absHi(lo, hi), absLo(bLo, bHi), absHi(bLo, bHi));
  return hi < 0 !== bHi < 0 ? negate(out, quotient) : quotient;
}

/** The remainder has the sign of the dividend, as C's. */
export function modS64(out: HighHalf, lo: number, hi: number, bLo: number, bHi: number): number {
  const rest = modU64(out, absLo(lo, hi), absHi(lo, hi), absLo(bLo, bHi), absHi(bLo, bHi));
  return hi < 0 ? negate(out, rest) : rest;
}

function absLo(lo: number, hi: number): number {
  return hi < 0 ? -lo | 0 : lo;
}

function absHi(lo: number, hi: number): number {
  return hi < 0 ? (~hi + (lo === 0 ? 1 : 0)) | 0 : hi;
}

function negate(out: HighHalf, lo: number): number {
  out.hi = (~out.hi + (lo === 0 ? 1 : 0)) | 0;
  return -lo | 0;
}

function zero(out: HighHalf): number {
  out.hi = 0;
  return 0;
}

function same(out: HighHalf, lo: number, hi: number): number {
  out.hi = hi;
  return lo;
}

/** Below 2^53 a quotient of doubles, cut off, is exact. */
function isSafe(hi: number): boolean {
  return hi >>> 0 < 0x200000;
}

function unsigned(lo: number, hi: number): number {
  return (hi >>> 0) * 0x100000000 + (lo >>> 0);
}
