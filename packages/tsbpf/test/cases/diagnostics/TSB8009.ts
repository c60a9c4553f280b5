// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const task = bpfGetCurrentTask<{ pid: i32 }>(); //~
  return task.pid;
});
// ---- right ----
interface bpfCoreTaskStruct { readonly pid: i32 }
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  return task.pid;
});
