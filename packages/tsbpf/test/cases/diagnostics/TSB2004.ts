// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const difference = u64(1n) - i64(ctx.args[0]); //~
  return difference > 0n ? 1 : 0;
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const difference = i64(1n) - i64(ctx.args[0]);
  return difference > 0n ? 1 : 0;
});
