// Imports that TypeScript's bundler mode takes, and nothing that runs a module.
import tsbpf, { rawTracepoint } from "tsbpf"; //~ TSB1001
import { limit } from "./module-limit.js" with { type: "ts" }; //~ TSB1001

export const p = rawTracepoint("sched_process_exec", () => limit);
