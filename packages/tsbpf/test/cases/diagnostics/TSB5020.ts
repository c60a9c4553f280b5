// ---- wrong ----
const Start = struct({ version: u8, name: chars(4) });
export const onPacket = xdp((ctx) => {
  const start = ctx.packet.view(0, Start);
  if (start) bpfGetCurrentComm(start.name); //~
  return XdpAction.PASS;
});
// ---- right ----
const Start = struct({ version: u8, name: chars(4) });
export const onPacket = xdp((ctx) => {
  const start = ctx.packet.view(0, Start);
  const event = Event();
  bpfGetCurrentComm(event.comm);
  if (start) start.name[0] = event.comm[0];
  return XdpAction.PASS;
});
