// What the kernel that the object must run on does not have.
// kernel: 5.5
import { globalFunction, rawTracepoint, u32 } from "tsbpf";

const half = globalFunction((x: u32): u32 => x >>> 1); //~ TSB9004

export const p = rawTracepoint("sys_enter", (ctx) => half(u32(ctx.args[0])));
