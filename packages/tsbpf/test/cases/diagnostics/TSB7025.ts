// ---- wrong ----
const Pair = struct({ first: u16, second: u16 });
export const onPacket = xdp((ctx) => {
  const pair = ctx.packet.view(ctx.rxQueueIndex, Pair); //~
  return pair ? XdpAction.PASS : XdpAction.DROP;
});
// ---- right ----
const Pair = struct({ first: u16, second: u16 });
export const onPacket = xdp((ctx) => {
  const pair = ctx.packet.view(ctx.rxQueueIndex & 0xff, Pair);
  return pair ? XdpAction.PASS : XdpAction.DROP;
});
