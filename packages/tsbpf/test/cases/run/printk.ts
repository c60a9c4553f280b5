// Lines for the trace pipe; printk.test.ts reads what the kernel made of them. The first value of a line says whose it is.
import { array, bpfPrintk, chars, i16, i64, rawTracepoint, struct, u16, u32, u64, u8 } from "tsbpf";

const Event = struct({ pid: u32, small: i16, comm: chars(8), full: chars(4), names: array(chars(4), 2) });
const names = { tool: "tsbpf" } as const;

export const printed = rawTracepoint("sched_process_exec", (ctx) => {
  const mark = ctx.args[0];
  const event = Event({ pid: u32(ctx.args[1]), small: i16(ctx.args[2]), comm: "bash" });
  for (let i = 0; i < 4; i++) event.full[i] = 65 + i;
  event.names[1] = event.full;
  const n = u32(ctx.args[1]) - u32(ctx.args[2]);
  bpfPrintk(`${mark} ${names.tool} plain 100% ${3 + 4}`);
  bpfPrintk(`${mark} ${event.pid} ${event.small}`);
  bpfPrintk(`${mark} ${event.comm} ${n}`);
  bpfPrintk(`${mark} ${event.full}${event.names[1]} ${u8(ctx.args[3])} ${u16(ctx.args[4])} ${i64(ctx.args[5])} ${event.comm}`);
  bpfPrintk("no values");
  return event.pid;
});
