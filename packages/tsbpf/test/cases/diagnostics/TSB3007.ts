// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const event = Event();
  event.pdi = 5; //~
  events.output(ctx, event);
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const event = Event();
  event.pid = 5;
  events.output(ctx, event);
});
