// ---- wrong ----
export const flags = global(u8);
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  flags.add(1); //~
});
// ---- right ----
export const flags = global(u32);
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  flags.add(1);
});
