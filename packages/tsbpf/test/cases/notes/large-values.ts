// What finds no room on the stack lies in a map, and a note says so.
import { bytes, rawTracepoint, struct, u8, xdp, XdpAction } from "tsbpf";

const Block = struct({ all: bytes(300) });

export const two = rawTracepoint("sched_process_exec", (ctx) => {
  const first = Block(); //~ TSB9003
  const second = Block();
  const at = u8(ctx.args[0]);
  first.all[at] = 1;
  second.all[at] = first.all[3] + 1;
  return first.all[3] + second.all[4];
});

export const packet = xdp((ctx) => {
  const at = u8(ctx.rxQueueIndex);
  const whole = Block(); //~ TSB9003
  const third = Block();
  whole.all[at] = 2;
  third.all[at] = whole.all[1] + 1;
  return third.all[2] === 0 ? XdpAction.PASS : XdpAction.DROP;
});
