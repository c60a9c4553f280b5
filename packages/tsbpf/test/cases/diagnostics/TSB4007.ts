// ---- wrong ----
const one = globalFunction((a: u32): u32 => u32(a + 1));
const two = globalFunction((a: u32): u32 => one(a));
const three = globalFunction((a: u32): u32 => two(a));
const four = globalFunction((a: u32): u32 => three(a));
const five = globalFunction((a: u32): u32 => four(a));
const six = globalFunction((a: u32): u32 => five(a));
const seven = globalFunction((a: u32): u32 => six(a));
const eight = globalFunction((a: u32): u32 => seven(a)); //~

export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  return eight(u32(ctx.args[0]));
});
// ---- right ----
const one = globalFunction((a: u32): u32 => u32(a + 1));
const two = globalFunction((a: u32): u32 => one(a));
const three = globalFunction((a: u32): u32 => two(a));

export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  return three(u32(ctx.args[0]));
});
