// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  let x; //~
  x = u32(ctx.args[0]);
  return x;
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  let x: u32;
  x = u32(ctx.args[0]);
  return x;
});
