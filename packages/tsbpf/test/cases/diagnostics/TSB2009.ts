// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  counts.set(1, ctx.args[0] >> 64n); //~
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  counts.set(1, ctx.args[0] >> 63n);
});
