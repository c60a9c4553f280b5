// Expressions outside the language.
import { rawTracepoint, struct, u32, u64, u8 } from "tsbpf";

const Point = struct({ x: u32, y: u32 });
function plain(x: number): number {
  return x;
}

export const p = rawTracepoint("sched_process_exec", (ctx) => {
  let x = u8(ctx.args[0]);
  let big = ctx.args[1];
  const point = Point();
  const array = [x, 2, 3]; //~ TSB1001
  const object = { x }; //~ TSB1001
  const arrow = () => 1; //~ TSB1001
  const anonymous = function () {}; //~ TSB1001
  const built = class {}; //~ TSB1001
  const pattern = /a+/; //~ TSB1001
  const text = `x is ${x}`; //~ TSB1001
  const name = typeof x; //~ TSB1001
  const nothing = void x; //~ TSB1001
  const cast = x as u32; //~ TSB1001
  const angle = <u32>x; //~ TSB1001
  const power = x ** 2; //~ TSB1001
  x **= 2; //~ TSB1001
  const inside = "x" in point; //~ TSB1001
  const equal = x == 5; //~ TSB1001
  const unequal = x != 5; //~ TSB1001
  const spread = plain(...([1] as const)); //~ TSB1001
  const called = plain?.(x); //~ TSB1001
  const wide = big ** 2n; //~ TSB1001
  const nested = [[x]]; //~ TSB1001
  const meta = import.meta; //~ TSB1001
  delete (point as { x?: number }).x; //~ TSB1001
  return x;
});

export const withThis = rawTracepoint("sched_process_exec", function (this: void) {
  return this === undefined ? 1 : 2; //~ TSB1001
});
