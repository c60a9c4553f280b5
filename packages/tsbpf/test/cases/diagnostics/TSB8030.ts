// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const event = Event();
  counts.set(1, bpfCoreAddressOf(event)); //~
});
// ---- right ----
interface bpfCoreTaskStruct { readonly pid: i32 }
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  counts.set(1, bpfCoreAddressOf(task));
});
