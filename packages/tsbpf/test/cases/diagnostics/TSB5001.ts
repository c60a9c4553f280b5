// ---- wrong ----
declare function checksum(x: u32): u32;
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  return checksum(u32(ctx.args[0])); //~
});
// ---- right ----
function checksum(x: u32): u32 {
  return u32((x >>> 16) + (x & 0xffff));
}
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  return checksum(u32(ctx.args[0]));
});
