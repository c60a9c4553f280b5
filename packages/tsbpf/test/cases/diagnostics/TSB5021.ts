// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const event = Event();
  bpfPerfEventOutput(ctx, records, 0n, event); //~
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const event = Event();
  records.output(event);
});
