// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const half = 0.5; //~
  return u32(u32(ctx.args[0]) * half);
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const thousandths = 500;
  return u32((u32(ctx.args[0]) * thousandths) / 1000);
});
