// What a kernel's context may lack is read only where the program has found that it is there.
import { bpfKtimeGetNs, constant, global, tpBtf, u32, u64 } from "tsbpf";

/** The loader sets it where the tracepoint has a fifth argument. */
const hasFifth = constant(u32, 0);

export const seen = global(u64);
export const when = global(u64);

export const guarded = tpBtf("sched_process_exit", (ctx) => {
  when.value = bpfKtimeGetNs();
  if (hasFifth.value === 1) seen.value = ctx.args[4];
});
