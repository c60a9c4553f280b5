// Every integer type, from every width: a value wraps when it is stored into a sized type, and only then.
import { array, bool, i16, i32, i64, i8, rawTracepoint, struct, u16, u32, u64, u8 } from "tsbpf";

const All = struct({ a: u8, b: i8, c: u16, d: i16, e: u32, f: i32, g: u64, h: i64, t: bool });

export const toU8 = rawTracepoint("sched_process_exec", (ctx) => u8(ctx.args[0]));
export const toI8 = rawTracepoint("sched_process_exec", (ctx) => i8(ctx.args[0]));
export const toU16 = rawTracepoint("sched_process_exec", (ctx) => u16(ctx.args[0]));
export const toI16 = rawTracepoint("sched_process_exec", (ctx) => i16(ctx.args[0]));
export const toU32 = rawTracepoint("sched_process_exec", (ctx) => u32(ctx.args[0]));
export const toI32 = rawTracepoint("sched_process_exec", (ctx) => i32(ctx.args[0]));
export const upper = rawTracepoint("sched_process_exec", (ctx) => u32(ctx.args[0] >> 32n));

export const chained = rawTracepoint("sched_process_exec", (ctx) => {
  const x = ctx.args[0];
  return u32(i8(u16(x))) ^ u16(i8(x)) ^ i16(u8(x));
});

export const signedToWide = rawTracepoint("sched_process_exec", (ctx) => {
  const wide = i64(i8(ctx.args[0]));
  return u32(wide >> 32n) ^ u32(u64(i16(ctx.args[1])) >> 16n) ^ u32(u64(u32(ctx.args[2])) >> 16n);
});

export const fromBool = rawTracepoint("sched_process_exec", (ctx) => {
  const less = ctx.args[0] < ctx.args[1];
  return u32(less) + u8(!less) * 2 + Math.trunc(u32(u64(less)) * 4);
});

export const toBool = rawTracepoint("sched_process_exec", (ctx) => {
  const a = bool(u32(ctx.args[0]));
  const b = bool(ctx.args[1]);
  const c = bool(a);
  return (a ? 1 : 0) | (b ? 2 : 0) | (c ? 4 : 0);
});

export const fields = rawTracepoint("sched_process_exec", (ctx) => {
  const all = All();
  all.a = u8(ctx.args[0]);
  all.b = i8(ctx.args[1]);
  all.c = u16(ctx.args[2]);
  all.d = i16(ctx.args[3]);
  all.e = u32(ctx.args[4]);
  all.f = i32(ctx.args[5]);
  all.g = ctx.args[6];
  all.h = i64(ctx.args[7]);
  all.t = ctx.args[8] > 5n;
  const sum = all.a + all.b + all.c + all.d + all.e + all.f;
  return u32(sum) ^ u32(all.g) ^ u32(all.h >> 7n) ^ u32(all.t);
});

export const fieldsWrap = rawTracepoint("sched_process_exec", (ctx) => {
  const all = All({ a: 250, b: 120, c: 65530, d: -32760, e: 4294967290, f: -2147483640 });
  const step = u8(ctx.args[0]);
  all.a += step;
  all.b += step;
  all.c += step;
  all.d -= step;
  all.e += step;
  all.f -= step;
  return u32(all.a + all.b * 3 + all.c * 5 + all.d * 7 + all.e * 11 + all.f * 13);
});

export const valueOfAssignment = rawTracepoint("sched_process_exec", (ctx) => {
  // The value of an assignment is what was assigned, not what the field keeps of it.
  const all = All();
  const step = u16(ctx.args[0]) * 1;
  const kept = (all.a = step) + (all.b = step + 1);
  const compound = (all.c += step * 3);
  all.a = 255;
  const before = all.a++;
  const after = ++all.b;
  return u32(kept * 3 + compound * 5 + before * 7 + after * 11 + all.a + all.b + all.c);
});

const List = struct({ narrow: array(i8, 4), wide: array(u64, 2) });

export const elementsWrap = rawTracepoint("sched_process_exec", (ctx) => {
  const list = List();
  list.narrow[0] = u16(ctx.args[0]) * 3;
  list.narrow[1] = 127;
  list.narrow[1]++;
  list.narrow[2] -= 5;
  list.wide[1] -= 1n;
  list.wide[0] = list.wide[1] >> 40n;
  return list.narrow[0] + list.narrow[1] * 3 + list.narrow[2] * 5 + u32(list.wide[0]);
});

function low(x: u8): u8 {
  return x;
}

function lowOf(x: u32): u8 {
  return u8(x);
}

function same(x: i16): number {
  return x;
}

export const parametersInRange = rawTracepoint("sched_process_exec", (ctx) => {
  const x = u32(ctx.args[0]);
  return low(u8(x)) + lowOf(x) * 3 + same(i16(x)) * 5;
});
