// The name stands for the licence, and for nothing else.
import { rawTracepoint } from "tsbpf";

export function license(): string { //~ TSB7008
  return "GPL";
}

export const onExec = rawTracepoint("sched_process_exec", () => 0);
