// ---- wrong ----
interface bpfCorePart { readonly nr: i32 }
interface bpfCoreTaskStruct { readonly parts: FixedArray<bpfCorePart, 4> }
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  return task.parts[u32(ctx.args[0])].nr; //~
});
// ---- right ----
interface bpfCoreRlimit { readonly rlim_cur: u64 }
interface bpfCoreSignalStruct { readonly rlim: FixedArray<bpfCoreRlimit, 16> }
interface bpfCoreTaskStruct { readonly signal: Ptr<bpfCoreSignalStruct> }
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const { signal } = bpfGetCurrentTask<bpfCoreTaskStruct>();
  counts.set(1, signal.rlim[u32(ctx.args[0]) & 15].rlim_cur);
});
