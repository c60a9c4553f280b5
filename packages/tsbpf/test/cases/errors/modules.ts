// What cannot stand at the top of a module.
import { hashMap, perfEventArray, rawTracepoint, struct, u32, u8, u64 } from "tsbpf";
import { sideEffect } from "./module-statements.js";

const Point = struct({ x: u32 });
const [first, second] = [1, 2]; //~ TSB1001
const { x } = { x: 5 }; //~ TSB1001
export let state = 5; //~ TSB7003
const computed = sideEffect(5); //~ TSB6003
const list = [1, sideEffect(2)]; //~ TSB6003
declare const outside: number; //~ TSB6003
class Something {} //~ TSB1001
enum Kind { A, B } //~ TSB1001
namespace Space { export const a = 5; } //~ TSB1001
export default 5; //~ TSB1001
if (first > 1) sideEffect(1); //~ TSB7004
sideEffect(2); //~ TSB7004
{ const block = 5; } //~ TSB7004
for (let i = 0; i < 3; i++) sideEffect(i); //~ TSB7004
throw 5; //~ TSB7004
;
const hidden = rawTracepoint("sched_process_exec", () => 1); //~ TSB7001
export const badTarget = rawTracepoint("no such-name", () => 1); //~ TSB7007
const name: string = "sched_process_exec";
export const goodTarget = rawTracepoint(name, () => 1);
const handler = sideEffect;
export const noFunction = rawTracepoint("sched_process_exec", [() => 1][0]!); //~ TSB6003
export const $dollar = rawTracepoint("sched_process_exec", () => 1); //~ TSB7007
const renamed = rawTracepoint("sched_process_exec", () => 1);
const table = hashMap(u32, u32, { maxEntries: 4 });
export { renamed as another }; //~ TSB1001
export { table as stats }; //~ TSB1001
export const usesState = rawTracepoint("sched_process_exec", () => state + outside + computed);
