// ---- wrong ----
export const license = ""; //~
export const onExec = rawTracepoint("sched_process_exec", () => 0);
// ---- right ----
export const license = "Dual BSD/GPL";
export const onExec = rawTracepoint("sched_process_exec", () => 0);
