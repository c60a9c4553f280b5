// The older import.
import { rawTracepoint } from "tsbpf";
import parts = require("./module-nothing.js"); //~ TS1202

export const p = rawTracepoint("sched_process_exec", () => 1);
