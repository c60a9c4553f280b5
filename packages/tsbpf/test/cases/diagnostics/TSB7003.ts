// ---- wrong ----
let runs = 0; //~
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  return runs;
});
// ---- right ----
export const runs = global(u32);
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  runs.add(1);
});
