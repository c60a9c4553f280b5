// Answers of another kind of program.
import { tc, TcAction, xdp, XdpAction } from "tsbpf";

export const a = tc("ingress", () => XdpAction.PASS); //~ TSB7028
export const b = tc("egress", (ctx) => (ctx.len > 100 ? TcAction.OK : XdpAction.PASS)); //~ TSB7028
export const c = xdp(() => {
  return TcAction.OK; //~ TSB7028
});
export const d = xdp(() => XdpAction.PASS);
export const e = xdp(() => 2);
