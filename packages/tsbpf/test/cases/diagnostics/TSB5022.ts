// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  bpfTailCall(ctx, steps, 1); //~
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  steps.tailCall(ctx, 1);
});
