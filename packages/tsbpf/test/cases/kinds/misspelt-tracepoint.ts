// A tracepoint that no kernel has.
import { tracepoint } from "tsbpf";

export const onSwitch = tracepoint("sched/sched_swich", () => 0);
