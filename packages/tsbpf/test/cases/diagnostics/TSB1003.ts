// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  for (const register of ctx.args) counts.set(1, register); //~
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  for (const index of range(1, 3)) counts.set(index, 1n);
});
