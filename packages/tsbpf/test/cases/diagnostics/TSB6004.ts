// Maps, variables and programs of all modules stand in one object.
// ---- wrong ----
import { seen as others } from "./other.js";

export const seen = hashMap(u32, u32, { maxEntries: 16 });
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  seen.set(1, others.get(1) ?? 0);
});
// ---- right ----
import { seen } from "./other.js";

export const known = hashMap(u32, u32, { maxEntries: 16 });
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  known.set(1, seen.get(1) ?? 0);
});
// ---- other.ts ----
export const seen = hashMap(u32, u32, { maxEntries: 16 }); //~
