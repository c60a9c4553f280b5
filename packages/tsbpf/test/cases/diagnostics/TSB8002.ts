// ---- wrong ----
interface bpfCoreTaskStruct {
  readonly pid: number; //~
}
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  return bpfGetCurrentTask<bpfCoreTaskStruct>().pid;
});
// ---- right ----
interface bpfCoreTaskStruct {
  readonly pid: i32;
}
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  return bpfGetCurrentTask<bpfCoreTaskStruct>().pid;
});
