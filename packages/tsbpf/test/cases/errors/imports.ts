// Imports that mean nothing in a program.
import * as everything from "tsbpf";
import { rawTracepoint, u32 } from "tsbpf";
import { missing } from "tsbpf"; //~ TS2305
import { readFileSync } from "node:fs"; //~ TSB1004
import nothing from "./module-nothing.js"; //~ TS2613
import "./nowhere.js"; //~ TS2882

export const p = rawTracepoint("sched_process_exec", () => 1);
