// ---- wrong ----
export const records2 = ringBuffer(Event, { bytes: 5000 }); //~
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  records2.output(Event());
});
// ---- right ----
export const records2 = ringBuffer(Event, { bytes: 8192 });
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  records2.output(Event());
});
