// Reads a field that no kernel has without asking first: it is refused when it is loaded.
import { bpfGetCurrentTask, rawTracepoint, type u32 } from "tsbpf";

interface bpfCoreTaskStruct___other { readonly no_such_field: u32 }

export const onExec = rawTracepoint("sched_process_exec", () => {
  return bpfGetCurrentTask<bpfCoreTaskStruct___other>().no_such_field;
});
