// What the kernel that the object must run on does not have.
// kernel: 5.5
import { bpfLoop, globalFunction, hashMap, rawTracepoint, u32 } from "tsbpf";

const counts = hashMap(u32, u32, { maxEntries: 8 });

const half = globalFunction((x: u32): u32 => x >>> 1); //~ TSB9004

export const p = rawTracepoint("sys_enter", (ctx) => {
  let sum = 0;
  bpfLoop(5, () => { //~ TSB9004
    sum++;
  });
  counts.forEach((value) => { //~ TSB9004
    sum += value;
  });
  return half(u32(ctx.args[0]));
});
