// A chain of functions longer than the verifier takes frames (8): the innermost ones are copied.
import { rawTracepoint, u32 } from "tsbpf";

function mix(x: u32, y: u32, by: number): u32 {
  const a = u32((x ^ (y >>> 3)) + (x & 0xff) * 3 + by);
  const b = u32((a << 5) ^ (y & 0xfff) ^ (a >>> 11) ^ (x << 1));
  return u32((a ^ b) + (b >>> 7) + (a & 15) * 5);
}

function deep1(x: u32, y: u32): u32 {
  const first = u32((x ^ (y >>> 3)) + (x & 0xff) * 3 + 1 + (y & 7) * 9);
  return first & 1 ? mix(first, x, 3) : mix(y, first, 5);
}

function deep2(x: u32, y: u32): u32 {
  const first = u32((x ^ (y >>> 4)) + (x & 0xff) * 5 + 2 + (y & 7) * 9);
  return first & 1 ? deep1(first, x) : deep1(y, u32(first + 1));
}

function deep3(x: u32, y: u32): u32 {
  const first = u32((x ^ (y >>> 5)) + (x & 0xff) * 7 + 3 + (y & 7) * 9);
  return first & 1 ? deep2(first, x) : deep2(y, u32(first + 1));
}

function deep4(x: u32, y: u32): u32 {
  const first = u32((x ^ (y >>> 6)) + (x & 0xff) * 9 + 4 + (y & 7) * 9);
  return first & 1 ? deep3(first, x) : deep3(y, u32(first + 1));
}

function deep5(x: u32, y: u32): u32 {
  const first = u32((x ^ (y >>> 7)) + (x & 0xff) * 11 + 5 + (y & 7) * 9);
  return first & 1 ? deep4(first, x) : deep4(y, u32(first + 1));
}

function deep6(x: u32, y: u32): u32 {
  const first = u32((x ^ (y >>> 8)) + (x & 0xff) * 13 + 6 + (y & 7) * 9);
  return first & 1 ? deep5(first, x) : deep5(y, u32(first + 1));
}

function deep7(x: u32, y: u32): u32 {
  const first = u32((x ^ (y >>> 9)) + (x & 0xff) * 15 + 7 + (y & 7) * 9);
  return first & 1 ? deep6(first, x) : deep6(y, u32(first + 1));
}

function deep8(x: u32, y: u32): u32 {
  const first = u32((x ^ (y >>> 10)) + (x & 0xff) * 17 + 8 + (y & 7) * 9);
  return first & 1 ? deep7(first, x) : deep7(y, u32(first + 1));
}

function deep9(x: u32, y: u32): u32 {
  const first = u32((x ^ (y >>> 11)) + (x & 0xff) * 19 + 9 + (y & 7) * 9);
  return first & 1 ? deep8(first, x) : deep8(y, u32(first + 1));
}

export const chain = rawTracepoint("sys_enter", (ctx) => {
  const x = u32(ctx.args[0]);
  return u32(deep9(x, u32(ctx.args[1])) ^ deep9(u32(x + 1), u32(ctx.args[2])));
});

export const shortChain = rawTracepoint("sys_enter", (ctx) => deep3(u32(ctx.args[0]), u32(ctx.args[1])));
