// Every call is gone through anew. Where each function calls the next twice, ten levels are a thousand calls, and twenty a
// million, which is as far as the verifier goes.
// ---- wrong ----
const mix0 = (x: u32): u32 => u32(x ^ (x >>> 7));
const mix1 = (x: u32): u32 => u32(mix0(x) ^ mix0(u32(x >>> 1)));
const mix2 = (x: u32): u32 => u32(mix1(x) ^ mix1(u32(x >>> 2)));
const mix3 = (x: u32): u32 => u32(mix2(x) ^ mix2(u32(x >>> 3)));
const mix4 = (x: u32): u32 => u32(mix3(x) ^ mix3(u32(x >>> 4)));
const mix5 = (x: u32): u32 => u32(mix4(x) ^ mix4(u32(x >>> 5)));
const mix6 = (x: u32): u32 => u32(mix5(x) ^ mix5(u32(x >>> 6)));
const mix7 = (x: u32): u32 => u32(mix6(x) ^ mix6(u32(x >>> 7)));
const mix8 = (x: u32): u32 => u32(mix7(x) ^ mix7(u32(x >>> 8)));
const mix9 = (x: u32): u32 => u32(mix8(x) ^ mix8(u32(x >>> 9)));
const mix10 = (x: u32): u32 => u32(mix9(x) ^ mix9(u32(x >>> 10)));
const mix11 = (x: u32): u32 => u32(mix10(x) ^ mix10(u32(x >>> 11)));
const mix12 = (x: u32): u32 => u32(mix11(x) ^ mix11(u32(x >>> 12)));
const mix13 = (x: u32): u32 => u32(mix12(x) ^ mix12(u32(x >>> 13)));
const mix14 = (x: u32): u32 => u32(mix13(x) ^ mix13(u32(x >>> 14)));
const mix15 = (x: u32): u32 => u32(mix14(x) ^ mix14(u32(x >>> 15)));
const mix16 = (x: u32): u32 => u32(mix15(x) ^ mix15(u32(x >>> 16)));
const mix17 = (x: u32): u32 => u32(mix16(x) ^ mix16(u32(x >>> 17)));
const mix18 = (x: u32): u32 => u32(mix17(x) ^ mix17(u32(x >>> 18)));
const mix19 = (x: u32): u32 => u32(mix18(x) ^ mix18(u32(x >>> 19)));
const mix20 = (x: u32): u32 => u32(mix19(x) ^ mix19(u32(x >>> 20)));
const mix21 = (x: u32): u32 => u32(mix20(x) ^ mix20(u32(x >>> 21)));
const mix22 = (x: u32): u32 => u32(mix21(x) ^ mix21(u32(x >>> 22)));
const mix23 = (x: u32): u32 => u32(mix22(x) ^ mix22(u32(x >>> 23)));
const mix24 = (x: u32): u32 => u32(mix23(x) ^ mix23(u32(x >>> 24)));

export const onExec = rawTracepoint("sched_process_exec", (ctx) => mix24(u32(ctx.args[0]))); //~
// ---- right ----
const mix0 = (x: u32): u32 => u32(x ^ (x >>> 7));
const mix1 = (x: u32): u32 => u32(mix0(x) ^ mix0(u32(x >>> 1)));
const mix2 = (x: u32): u32 => u32(mix1(x) ^ mix1(u32(x >>> 2)));

export const onExec = rawTracepoint("sched_process_exec", (ctx) => mix2(u32(ctx.args[0])));
