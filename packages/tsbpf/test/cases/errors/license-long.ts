// The kernel would cut this off.
import { rawTracepoint } from "tsbpf";

export const license =
  "A licence of many words, of which the kernel reads only so many; and then it goes on for a while, which nobody will ever notice."; //~ TSB7008

export const onExec = rawTracepoint("sched_process_exec", () => 0);
