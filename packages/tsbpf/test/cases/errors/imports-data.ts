// A module is TypeScript: data files are none.
import { rawTracepoint } from "tsbpf";
import first from "./module-data.json"; //~ TSB1004
import second from "./module-data.json" with { type: "json" }; //~ TSB1004

export const p = rawTracepoint("sched_process_exec", () => 0);
