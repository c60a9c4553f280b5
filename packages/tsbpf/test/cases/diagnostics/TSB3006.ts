// ---- wrong ----
const limits = { pid: 5 };
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  limits.pid = u32(ctx.args[0]); //~
});
// ---- right ----
export const limit = global(u32);
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  limit.value = u32(ctx.args[0]);
});
