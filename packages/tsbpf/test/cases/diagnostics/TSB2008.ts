// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const event = Event();
  event.pid = -1; //~
  events.output(ctx, event);
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const event = Event();
  event.pid = u32(-1);
  events.output(ctx, event);
});
