// What does not parse is reported before anything else.
import { rawTracepoint } from "tsbpf";

export const p = rawTracepoint("sched_process_exec", (ctx) => {
  const = 5; //~ TS1134
  return 1
});
