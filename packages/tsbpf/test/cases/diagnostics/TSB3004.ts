// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  events.output(ctx, Event({ comm: "seventeen letters" })); //~
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  events.output(ctx, Event({ comm: "fifteen letters" }));
});
