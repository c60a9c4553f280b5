// Arrays of programs, which a test fills.
import { progArray, rawTracepoint, tc, TcAction, u32, xdp, XdpAction } from "tsbpf";

export const steps = progArray({ maxEntries: 2 });
/** No program uses it. */
export const spare = progArray({ maxEntries: 2 });

export const start = rawTracepoint("sys_enter", (ctx) => {
  steps.tailCall(ctx, u32(ctx.args[0]));
  return 1;
});

export const next = rawTracepoint("sys_exit", () => 2);

export const firewall = xdp(() => XdpAction.DROP);
export const incoming = tc("ingress", () => TcAction.OK);
export const outgoing = tc("egress", () => TcAction.OK);
