// ---- wrong ----
export const add = globalFunction((a: u32, b: u32 = 5): u32 => u32(a + b)); //~

export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  return add(u32(ctx.args[0]));
});
// ---- right ----
export const add = globalFunction((a: u32, b: u32): u32 => u32(a + b));

export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  return add(u32(ctx.args[0]), 5);
});
