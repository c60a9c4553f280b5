// What a global function cannot be.
import { globalFunction, progArray, rawTracepoint, struct, u32, u64, u8, type Value } from "tsbpf";

const Point = struct({ x: u32, y: u32 });
const next = progArray({ maxEntries: 2 });

const six = globalFunction((a: u32, b: u32, c: u32, d: u32, e: u32, f: u32): u32 => u32(a + b + c + d + e + f)); //~ TSB4006
const takesStruct = globalFunction((p: Value<typeof Point>): u32 => p.x); //~ TSB4006
const hasDefault = globalFunction((a: u32, b: u32 = 5): u32 => u32(a + b)); //~ TSB4006
const gives = globalFunction((a: u32) => (a > 5 ? a : undefined) as never); //~ TSB4006
const again = globalFunction((a: u32): u32 => (a > 5 ? again(u32(a - 1)) : a)); //~ TSB4003
const wrong = globalFunction((a: u32): u8 => a / 2); //~ TSB2003
const fine = globalFunction((a: u32): u32 => u32(a * 2));

const one = globalFunction((a: u32): u32 => u32(a + 1));
const two = globalFunction((a: u32): u32 => one(a));
const three = globalFunction((a: u32): u32 => two(a));
const four = globalFunction((a: u32): u32 => three(a));
const five = globalFunction((a: u32): u32 => four(a));
const sixth = globalFunction((a: u32): u32 => five(a));
const seven = globalFunction((a: u32): u32 => sixth(a));
const eight = globalFunction((a: u32): u32 => seven(a)); //~ TSB4007

function local(x: u32): u32 {
  const inner = globalFunction((a: u32): u32 => a); //~ TSB7005
  return inner(x);
}

export const jumps = rawTracepoint("sys_enter", (ctx) => {
  const x = fine(u32(ctx.args[0])); //~ TSB4008
  next.tailCall(ctx, x);
});

export const p = rawTracepoint("sys_enter", (ctx) => {
  const x = u32(ctx.args[0]);
  const a = six(1, 2, 3, 4, 5, x);
  const b = takesStruct(Point());
  const c = hasDefault(x);
  const d = gives(x);
  const e = again(x);
  const f = wrong(x);
  const g = seven(x) + eight(x);
  const h = local(x);
  return fine(x);
});
