// The kernel would take no text for no licence.
import { rawTracepoint } from "tsbpf";

export const license = ""; //~ TSB7008

export const onExec = rawTracepoint("sched_process_exec", () => 0);
