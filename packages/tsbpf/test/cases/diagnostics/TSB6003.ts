// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  return u32(ctx.args[u32(ctx.args[0]) & 3]); //~
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  return u32(ctx.args[3]);
});
