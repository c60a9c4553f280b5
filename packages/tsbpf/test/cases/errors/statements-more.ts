// More statements outside the language; each stands in a program of its own, since little can follow some of them.
import { array, rawTracepoint, struct, u32, u8 } from "tsbpf";

const List = struct({ items: array(u32, 4) });

export const forIn = rawTracepoint("sched_process_exec", () => {
  for (const key in List()) return 1; //~ TSB1001
});

export const forOf = rawTracepoint("sched_process_exec", () => {
  for (const item of []) return 1; //~ TSB1001
});

export const labelled = rawTracepoint("sched_process_exec", () => {
  here: { //~ TSB1001
    break here;
  }
});

export const awaitUsing = rawTracepoint("sched_process_exec", () => {
  return 1;
});

export const forever = rawTracepoint("sched_process_exec", () => {
  for (;;) {} //~ TSB4001
});

export const plainUsing = rawTracepoint("sched_process_exec", () => {
  using nothing = null; //~ TSB1003
});

export const declared = rawTracepoint("sched_process_exec", () => {
  interface Inside { readonly a: number }
  type Alias = Inside;
  const a = 5 satisfies number;
  ;
  return a;
});
