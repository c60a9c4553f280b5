// ---- wrong ----
function halve(x: u32): u32 {
  return x < 2 ? x : halve(x >>> 1); //~
}
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  return halve(u32(ctx.args[0]));
});
// ---- right ----
function halve(x: u32): u32 {
  for (let i = 0; i < 32 && x >= 2; i++) x >>>= 1;
  return x;
}
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  return halve(u32(ctx.args[0]));
});
