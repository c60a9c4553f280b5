// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  let event = Event({ pid: 1 });
  if (ctx.args[0] > 5n) event = Event({ pid: 2 }); //~
  events.output(ctx, event);
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const event = Event({ pid: 1 });
  if (ctx.args[0] > 5n) event.pid = 2;
  events.output(ctx, event);
});
