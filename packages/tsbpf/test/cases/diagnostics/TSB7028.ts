// XdpAction and TcAction give the same numbers different meanings: 2 is PASS in the one and SHOT in the other.
// ---- wrong ----
export const ingress = tc("ingress", (ctx) => XdpAction.PASS); //~
// ---- right ----
export const ingress = tc("ingress", (ctx) => TcAction.OK);
