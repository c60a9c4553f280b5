// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const event = Event();
  bpfGetCurrentComm(event.comm);
  if (event.comm === "bash") events.output(ctx, event); //~
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const event = Event();
  bpfGetCurrentComm(event.comm);
  if (event.comm.equals("bash")) events.output(ctx, event);
});
