// There are no objects on a heap, no exceptions and no waiting in the kernel: every construct that needs them
// has another way to say it, which the message names.
// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const list = [u32(ctx.args[0]), 2]; //~
  return list[0];
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const x = u32(ctx.args[0]);
  return x;
});
