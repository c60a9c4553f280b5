// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  bpfRingbufReserveDynptr(records, 20, 0n, ctx); //~
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  using record = records.reserve();
  if (record) record.submit();
});
