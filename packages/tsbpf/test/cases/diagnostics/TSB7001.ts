// ---- wrong ----
const onExec = rawTracepoint("sched_process_exec", () => {}); //~
export const onExit = rawTracepoint("sched_process_exit", () => {});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", () => {});
export const onExit = rawTracepoint("sched_process_exit", () => {});
