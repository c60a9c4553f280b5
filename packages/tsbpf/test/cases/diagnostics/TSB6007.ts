// The instruction is newer than the level that the program is compiled for.
// cpu: v2
// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  counts.ref(1)?.fetchAdd(1n); //~
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  counts.ref(1)?.add(1n);
});
