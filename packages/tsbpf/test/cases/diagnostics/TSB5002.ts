// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  bpfGetCurrentComm(ctx); //~
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const event = Event();
  bpfGetCurrentComm(event.comm);
});
