// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  using record = records.reserve();
  if (!record) return;
  record.submit();
  record.pid = 1; //~
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  using record = records.reserve();
  if (!record) return;
  record.pid = 1;
  record.submit();
});
