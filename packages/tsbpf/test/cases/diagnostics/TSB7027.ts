// Helpers that change a packet may move it, and the verifier then forgets all views of it.
// ---- wrong ----
const Pair = struct({ first: u16, second: u16 });
export const onPacket = tc("ingress", (ctx) => {
  const pair = ctx.packet.view(0, Pair);
  if (!pair) return TcAction.OK;
  bpfSkbPullData(ctx, 64);
  pair.second = 2; //~
  return TcAction.OK;
});
// ---- right ----
const Pair = struct({ first: u16, second: u16 });
export const onPacket = tc("ingress", (ctx) => {
  bpfSkbPullData(ctx, 64);
  const pair = ctx.packet.view(0, Pair);
  if (!pair) return TcAction.OK;
  pair.second = 2;
  return TcAction.OK;
});
