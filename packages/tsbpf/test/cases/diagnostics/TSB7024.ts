// ---- wrong ----
export const onPacket = tc("ingress", (ctx) => {
  ctx.cb[ctx.len & 3] = 1; //~
  return TcAction.OK;
});
// ---- right ----
export const onPacket = tc("ingress", (ctx) => {
  ctx.cb[3] = 1;
  return TcAction.OK;
});
