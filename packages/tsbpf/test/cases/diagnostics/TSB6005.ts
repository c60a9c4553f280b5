// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const record = records.reserve(); //~
  if (record) record.submit();
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  using record = records.reserve();
  if (record) record.submit();
});
