// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  counts.set(1, u64(0x7fff_ffff_ffff_ffff)); //~
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  counts.set(1, 0x7fff_ffff_ffff_ffffn);
});
