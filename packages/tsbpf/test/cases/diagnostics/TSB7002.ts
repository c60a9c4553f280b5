// ---- wrong ----
const limit = 5;
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", () => {});
