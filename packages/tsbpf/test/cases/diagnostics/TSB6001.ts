// Each kind of map has the methods that the kernel has for it; LANGUAGE.md lists them.
// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  counts.increment(1); //~
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  counts.ref(1)?.add(1n);
});
