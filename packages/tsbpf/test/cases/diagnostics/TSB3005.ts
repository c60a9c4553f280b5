// ---- wrong ----
interface bpfCoreTaskStruct { readonly pid: i32; readonly comm: Chars<16>; readonly mm: Ptr<bpfCoreMmStruct> | null }
interface bpfCoreMmStruct { readonly arg_start: u64 }
export const onExec = rawTracepoint("sched_process_exec", () => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  counts.set(1, task.mm!.arg_start); //~
});
// ---- right ----
interface bpfCoreTaskStruct { readonly pid: i32; readonly comm: Chars<16>; readonly mm: Ptr<bpfCoreMmStruct> | null }
interface bpfCoreMmStruct { readonly arg_start: u64 }
export const onExec = rawTracepoint("sched_process_exec", () => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  if (task.mm !== null) counts.set(1, task.mm.arg_start);
});
