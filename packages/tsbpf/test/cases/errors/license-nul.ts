// The kernel would see "GPL" alone.
import { rawTracepoint } from "tsbpf";

export const license = "GPL\0 and something else"; //~ TSB7008

export const onExec = rawTracepoint("sched_process_exec", () => 0);
