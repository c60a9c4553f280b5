// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  return bpfCoreTypeSize(); //~
});
// ---- right ----
interface bpfCoreTaskStruct { readonly pid: i32 }
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  return bpfCoreTypeSize<bpfCoreTaskStruct>();
});
