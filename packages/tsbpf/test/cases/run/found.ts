// What random programs found: each was once refused by the verifier or gave another result than JavaScript.
import { array, i32, i8, rawTracepoint, struct, u8 } from "tsbpf";

const Single = struct({ values: array(i8, 1), after: u8 });

/** An array of one element: the check of its index is a comparison with zero. */
export const onlyElement = rawTracepoint("sched_process_exec", (ctx) => {
  const single = Single({ after: u8(ctx.args[0]) });
  single.values[0] = i8(ctx.args[1]);
  const index = i32(0 - Math.imul(u8(1), single.after));
  return single.values[index] * 3 + index;
});
