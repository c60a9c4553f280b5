// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  let sum = 0;
  for (let i = 0; i < 2_000_000; i++) sum = u32(sum + i); //~
  return sum;
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  let sum = 0;
  for (let i = 0; i < 2_000; i++) sum = u32(sum + i);
  return sum;
});
