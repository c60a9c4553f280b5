// ---- wrong ----
if (5 > 4) bpfKtimeGetNs(); //~
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  return 0;
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  if (5 > 4) bpfKtimeGetNs();
});
