// ---- wrong ----
interface bpfCoreRobustListHead { readonly futex_offset: i64 }
interface bpfCoreTaskStruct { readonly robust_list: UserPtr<bpfCoreRobustListHead> }
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  const offset = task.robust_list.futex_offset; //~
});
// ---- right ----
const Head = struct({ list: u64, offset: i64 });
interface bpfCoreRobustListHead { readonly futex_offset: i64 }
interface bpfCoreTaskStruct { readonly robust_list: UserPtr<bpfCoreRobustListHead> }
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  const head = Head();
  bpfProbeReadUser(head, task.robust_list);
});
