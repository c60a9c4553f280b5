// What needs a newer kernel than the one that objects are for unless something else is said.
import { bpfLoop, hashMap, rawTracepoint, u32 } from "tsbpf";

export const counts = hashMap(u32, u32, { maxEntries: 4 });

export const rounds = rawTracepoint("sys_enter", (ctx) => {
  let sum: u32 = 0;
  bpfLoop(u32(ctx.args[0]), (index) => {
    sum += index;
  });
  return sum;
});

export const entries = rawTracepoint("sys_exit", () => {
  counts.set(1, 2);
  counts.set(3, 5);
  let sum: u32 = 0;
  counts.forEach((value) => {
    sum += value;
  });
  return sum;
});
