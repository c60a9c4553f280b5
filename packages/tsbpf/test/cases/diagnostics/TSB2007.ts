// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  counts.set(1, 0x1_0000_0000_0000_0000n); //~
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  counts.set(1, 0xffff_ffff_ffff_ffffn);
});
