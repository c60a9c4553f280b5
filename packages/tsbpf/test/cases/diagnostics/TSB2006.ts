// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  if (ctx.args[0] - ctx.args[1] < 0n) return 1; //~
  return 0;
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  if (ctx.args[0] < ctx.args[1]) return 1;
  return 0;
});
