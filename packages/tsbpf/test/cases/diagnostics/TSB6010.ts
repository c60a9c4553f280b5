// The kernel lets an array of programs hold one kind only.
// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  steps.tailCall(ctx, 1);
});
export const onPacket = xdp((ctx) => {
  steps.tailCall(ctx, 1); //~
  return XdpAction.PASS;
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  steps.tailCall(ctx, 1);
});
export const packetSteps = progArray({ maxEntries: 4 });
export const onPacket = xdp((ctx) => {
  packetSteps.tailCall(ctx, 1);
  return XdpAction.PASS;
});
