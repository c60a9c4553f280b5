// ---- wrong ----
const Pair = struct({ first: u16, second: u16 });
export const onPacket = xdp((ctx) => {
  const pair = ctx.packet.view(65534, Pair); //~
  return pair ? XdpAction.PASS : XdpAction.DROP;
});
// ---- right ----
const Pair = struct({ first: u16, second: u16 });
export const onPacket = xdp((ctx) => {
  const pair = ctx.packet.view(14, Pair);
  return pair ? XdpAction.PASS : XdpAction.DROP;
});
