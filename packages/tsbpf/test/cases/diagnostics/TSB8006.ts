// ---- wrong ----
interface bpfCoreEnumPidType {
  readonly PIDTYPE_TGID: number; //~
}
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  return bpfCoreEnumValue<bpfCoreEnumPidType>("PIDTYPE_TGID");
});
// ---- right ----
interface bpfCoreEnumPidType {
  readonly PIDTYPE_TGID: 1;
}
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  return bpfCoreEnumValue<bpfCoreEnumPidType>("PIDTYPE_TGID");
});
