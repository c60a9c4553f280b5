// A program that needs more memory than there is, on the stack and beside it.
import { bytes, rawTracepoint, struct, u8 } from "tsbpf";

const Block = struct({ all: bytes(20_000) });

export const tooMuch = rawTracepoint("sched_process_exec", (ctx) => { //~ TSB9001
  const a = Block();
  const b = Block();
  const at = u8(ctx.args[0]);
  a.all[at] = 1;
  b.all[at] = a.all[0] + 1;
  return a.all[3] + b.all[4];
});
