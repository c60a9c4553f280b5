// ---- wrong ----
export const onExec = rawTracepoint("sched process exec", () => {}); //~
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", () => {});
