// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  let total = 0n; //~
  total += ctx.args[0];
  counts.set(1, u64(total));
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  let total: u64 = 0n;
  total += ctx.args[0];
  counts.set(1, total);
});
