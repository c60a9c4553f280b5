// ---- wrong ----
export const half = globalFunction((x: u32): u32 => x >>> 1);

export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const x = half(u32(ctx.args[0])); //~
  steps.tailCall(ctx, x);
});
// ---- right ----
function half(x: u32): u32 {
  return x >>> 1;
}

export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const x = half(u32(ctx.args[0]));
  steps.tailCall(ctx, x);
});
