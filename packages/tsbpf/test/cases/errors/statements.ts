// Statements outside the language.
import { rawTracepoint, struct, u32, u64, u8, type Value } from "tsbpf";

const Point = struct({ x: u32, y: u32 });

export const p = rawTracepoint("sched_process_exec", (ctx) => {
  let x = u8(ctx.args[0]);
  var old = 1; //~ TSB1001
  class Local {} //~ TSB1001
  enum Kind { A } //~ TSB1001
  function inner(): void {} //~ TSB1001
  try { x++; } catch { x--; } //~ TSB1001
  try { x++; } finally { x--; } //~ TSB1001
  throw x; //~ TSB1001
  do { x++; } while (x); //~ TSB4001
  debugger; //~ TSB1001
  return x + old;
});
