// What is only known when the module runs is no licence.
import { rawTracepoint } from "tsbpf";

const version = 2;
export const license = `GPL v${version}`; //~ TSB6003

export const onExec = rawTracepoint("sched_process_exec", () => 0);
