// ---- wrong ----
interface bpfCoreTaskStruct { readonly pid: i32 }
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  return bpfCoreFieldExists(task) ? 1 : 0; //~
});
// ---- right ----
interface bpfCoreTaskStruct { readonly pid: i32 }
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  return bpfCoreFieldExists(task.pid) ? 1 : 0;
});
