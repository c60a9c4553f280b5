// Assignments to what is no variable.
import { rawTracepoint, struct, u32, u8 } from "tsbpf";

const settings = { limit: 5 };
let counter = 0; //~ TSB7003
var total = 0; //~ TSB7003

export const p = rawTracepoint("sched_process_exec", (ctx) => {
  settings.limit = 6; //~ TSB3006
  settings.limit++; //~ TSB3006
  counter++;
  total += 1;
  return counter;
});
