// ---- wrong ----
export const onSwitch = tracepoint("sched_switch", () => {}); //~
// ---- right ----
export const onSwitch = tracepoint("sched/sched_switch", () => {});
