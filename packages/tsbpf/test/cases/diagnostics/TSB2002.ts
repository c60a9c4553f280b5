// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const a = u32(ctx.args[0]);
  return u32(a * a); //~
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const a = u32(ctx.args[0]);
  return Math.imul(a, a);
});
