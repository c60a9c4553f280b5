// Two maps of one name, from two modules.
import { hashMap, rawTracepoint, u32 } from "tsbpf";
import { counts as others } from "./module-counts.js";

const counts = hashMap(u32, u32, { maxEntries: 4 });

export const p = rawTracepoint("sched_process_exec", () => u32(counts.has(1)) + u32(others.has(1)));
