// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  using record = records.reserve();
  if (!record) return;
  steps.tailCall(ctx, 1); //~
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  using record = records.reserve();
  if (!record) return;
  record.submit();
  steps.tailCall(ctx, 1);
});
