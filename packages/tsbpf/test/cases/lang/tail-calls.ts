// Programs that go on as other programs, which user space puts into an array.
import { global, progArray, rawTracepoint, u32 } from "tsbpf";

export const steps = progArray({ maxEntries: 4 });
export const trace = global(u32);

export const first = rawTracepoint("sched_process_exec", (ctx) => {
  trace.value = trace.value * 10 + 1;
  steps.tailCall(ctx, u32(ctx.args[0]) & 7);
  trace.value = trace.value * 10 + 9;
  return 1;
});

export const second = rawTracepoint("sched_process_exec", (ctx) => {
  trace.value = trace.value * 10 + 2;
  steps.tailCall(ctx, u32(ctx.args[1]) & 7);
  return 2;
});

export const endless = rawTracepoint("sched_process_exec", (ctx) => {
  trace.value++;
  steps.tailCall(ctx, 3);
  return trace.value;
});
