// What is already an error of TypeScript's: fields that a kind does not have or cannot write, answers that it may not give.
import { cgroupConnect4, fentry, socketFilter, tc, TcAction, tpBtf, u32, xdp, XdpAction } from "tsbpf";

export const noSuchField = xdp((ctx) => {
  if (ctx.mark === 1) return XdpAction.DROP; //~ TSB3007
  return XdpAction.PASS;
});
export const noSuchAction = xdp(() => 5); //~ TS2322
export const noAnswer = xdp(() => undefined); //~ TS2322
export const readOnly = tc("ingress", (ctx) => {
  ctx.len = 5; //~ TS2540
  return TcAction.OK;
});
export const noDirection = tc("sideways", () => TcAction.OK); //~ TS2345
export const noPacket = socketFilter((ctx) => ctx.packet.length); //~ TSB3007
export const alsoReadOnly = socketFilter((ctx) => {
  ctx.mark = 1; //~ TS2540
  return 0;
});
export const number = cgroupConnect4(() => 1); //~ TS2322
export const otherFamily = cgroupConnect4((ctx) => ctx.userIp6[0] === 0); //~ TSB3007
export const answers = tpBtf("sched_switch", () => 1); //~ TS2322
export const alsoAnswers = fentry("do_unlinkat", (ctx) => u32(ctx.args[0])); //~ TS2322
