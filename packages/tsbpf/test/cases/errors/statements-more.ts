// More statements outside the language; each stands in a program of its own, since little can follow some of them.
import { array, range, rawTracepoint, struct, u32, u8 } from "tsbpf";

const List = struct({ items: array(u32, 4) });

export const forIn = rawTracepoint("sched_process_exec", () => {
  for (const key in List()) return 1; //~ TSB1001
});

export const forOf = rawTracepoint("sched_process_exec", (ctx) => {
  let n = 0;
  for (const item of []) n++; //~ TSB1001
  for (const item of ctx.args) n++; //~ TSB1003
  for (const i of range(u32(ctx.args[0]))) n++; //~ TSB4002
  for (const i of range(n)) n++; //~ TSB4001
  for (const i of range(0, 10, 0)) n++; //~ TSB6002
  for (const i of range(0, 10, n)) n++; //~ TSB6002
  for (var i of range(3)) n++; //~ TSB1001
  const all = range(3); //~ TSB1003
  outer: do {
    for (const i of range(3)) { if (i === n) continue outer; }
    n++;
  } while (n < 10); //~ TSB4001
  do { n++; } while (n > 0); //~ TSB4001
  return n;
});

export const patterns = rawTracepoint("sched_process_exec", (ctx) => {
  const key = "items";
  const { [key]: items } = List(); //~ TSB1001
  const { ...rest } = List(); //~ TSB1001
  const [first, ...others] = ctx.args; //~ TSB1001
  const [, , , , five] = List().items; //~ TSB3003
  let a = 1;
  let b = 2;
  [a, ...[b]] = [b, a]; //~ TSB1001
  const c = ([a, b] = [b, a]); //~ TSB1001
  switch (ctx) { case ctx: a++; } //~ TSB1003
  return a + b + u32(first);
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
