// A program that needs more stack than there is.
import { bytes, rawTracepoint, struct, u8 } from "tsbpf";

const Block = struct({ all: bytes(200) });

export const tooLarge = rawTracepoint("sched_process_exec", (ctx) => { //~ TSB9001
  const a = Block();
  const b = Block();
  const c = Block();
  const at = u8(ctx.args[0]);
  a.all[at] = 1;
  b.all[at] = a.all[0] + 1;
  c.all[at] = b.all[1] + 2;
  return a.all[3] + b.all[4] + c.all[5];
});
