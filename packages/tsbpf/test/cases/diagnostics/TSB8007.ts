// ---- wrong ----
interface bpfCoreTaskStruct { readonly pid: i32 }
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  return bpfCoreEnumValue<bpfCoreTaskStruct>("pid"); //~
});
// ---- right ----
interface bpfCoreEnumPidType {
  readonly PIDTYPE_TGID: 1;
}
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  return bpfCoreEnumValue<bpfCoreEnumPidType>("PIDTYPE_TGID");
});
