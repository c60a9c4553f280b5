// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const event = Event();
  bpfXdpLoadBytes(ctx, 0, event); //~
});
// ---- right ----
export const onPacket = xdp((ctx) => {
  const event = Event();
  bpfXdpLoadBytes(ctx, 0, event);
  return XdpAction.PASS;
});
