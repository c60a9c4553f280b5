// TypeScript's own errors come first, in its own words.
import { rawTracepoint, struct, u16, u32, u64, u8 } from "tsbpf";

const Point = struct({ x: u32, y: u32 });

export const p = rawTracepoint("sched_process_exec", (ctx) => {
  const point = Point({ x: 1, z: 2 }); //~ TS2353
  point.x = u16(ctx.args[0]); //~ TS2322
  point.w = 1; //~ TSB3007
  point.y = ctx.args[0]; //~ TS2322
  const sum = ctx.args[0] + 1; //~ TS2365
  nowhere(point); //~ TS2304
  const value: string = point.x; //~ TS2322
  let missing: u32 | undefined;
  if (point.x > 5) missing = 3;
  const later = missing + 1; //~ TS18048
  const list = new Array(5); //~ TSB1004
  return Math.random(); //~ TSB3007
});

export const other = rawTracepoint("sched_process_exec", async (ctx) => 1); //~ TSB1001
