// Declare the fields of a view `readonly`, and your editor says so too.
// ---- wrong ----
interface bpfCoreTaskStruct { pid: i32 }
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  task.pid = 1; //~
});
// ---- right ----
interface bpfCoreTaskStruct { pid: i32 }
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  const event = Event();
  event.pid = u32(task.pid);
  events.output(ctx, event);
});
