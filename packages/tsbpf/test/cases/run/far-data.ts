// Variables that lie further apart in their section than an offset reaches.
import { array, global, rawTracepoint, struct, u32, u64 } from "tsbpf";

const Page = struct({ words: array(u64, 5000) });

export const first = global(u32);
export const between = global(Page);
export const last = global(u32);

export const apart = rawTracepoint("sched_process_exec", (ctx) => {
  first.value = u32(ctx.args[0]);
  last.value = u32(ctx.args[1]);
  between.value.words[4999] = ctx.args[2];
  between.value.words[0] = ctx.args[3];
  return u32(first.value + last.value + u32(between.value.words[4999]) + u32(between.value.words[0]));
});
