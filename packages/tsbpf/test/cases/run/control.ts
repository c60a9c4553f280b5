// if, ?:, &&, ||, !, early returns; what is on the right is only evaluated when it counts.
import { i32, rawTracepoint, struct, u32, u8, type Value } from "tsbpf";

const Trace = struct({ steps: u32 });

function mark(trace: Value<typeof Trace>, step: number, result: boolean): boolean {
  trace.steps = u32(trace.steps * 10 + step);
  return result;
}

export const chain = rawTracepoint("sched_process_exec", (ctx) => {
  const x = u32(ctx.args[0]);
  if (x === 0) return 1;
  else if (x < 10) return 2;
  else if (x < 100 && x !== 64) return 3;
  if (x > 0x80000000) {
    if (x === 0xffffffff) return 4;
    return 5;
  }
  return 6;
});

export const shortCircuit = rawTracepoint("sched_process_exec", (ctx) => {
  const trace = Trace();
  const a = (ctx.args[0] & 1n) === 1n;
  const b = (ctx.args[1] & 1n) === 1n;
  const and = mark(trace, 1, a) && mark(trace, 2, b);
  const or = mark(trace, 3, a) || mark(trace, 4, b);
  const both = (mark(trace, 5, b) || mark(trace, 6, a)) && !mark(trace, 7, b && !a);
  return trace.steps * 8 + u32(and) * 4 + u32(or) * 2 + u32(both);
});

export const conditions = rawTracepoint("sched_process_exec", (ctx) => {
  const a = u8(ctx.args[0]);
  const b = u8(ctx.args[1]);
  let result = 0;
  if (!(a > 5 && b < 7) || (a === b && !(a !== 3))) result |= 1;
  if (!!(a & 1)) result |= 2;
  if (a && b) result |= 4;
  if (a || b) result |= 8;
  if (!a !== !b) result |= 16;
  if ((a > b) === (b > 100)) result |= 32;
  if (true) result |= 64;
  if (false) result |= 128;
  return result;
});

export const numberValues = rawTracepoint("sched_process_exec", (ctx) => {
  // && and || give one of their sides.
  const a = u8(ctx.args[0]);
  const b = i32(ctx.args[1]);
  return (a && b) + (a || b) * 3 + (a && 7) + (b || -1);
});

export const choice = rawTracepoint("sched_process_exec", (ctx) => {
  // A choice is no store: -1 stays -1 beside a u32, 300 stays 300 beside a u8.
  const a = u32(ctx.args[0]);
  const b = u8(ctx.args[1]);
  const signed = a > 100 ? a : -1;
  const other = a > 100 ? -1 : a;
  const wide = b > 100 ? b : 300;
  const mixed = b > 50 ? b : a;
  return (signed < 0 ? 1 : 0) + (other < 0 ? 2 : 0) + wide * 4 + u32(mixed) * 8 + (signed === -1 ? 16 : 0);
});

export const nestedChoice = rawTracepoint("sched_process_exec", (ctx) => {
  const a = i32(ctx.args[0]);
  return a < 0 ? (a < -100 ? 1 : 2) : a === 0 ? 3 : a < 1000 ? (a & 1 ? 4 : 5) : 6;
});

export const choiceOfBooleans = rawTracepoint("sched_process_exec", (ctx) => {
  const a = ctx.args[0] > 7n;
  const b = a ? ctx.args[1] > 7n : !a;
  const c: boolean = a && b ? a !== b : a || b;
  return u32(a) + u32(b) * 2 + u32(c) * 4;
});

export const assignmentInCondition = rawTracepoint("sched_process_exec", (ctx) => {
  let x = 0;
  let y = 5;
  if ((x = u8(ctx.args[0])) > 10 && (y = x + 1) > 20) x = 1000;
  return x * 3 + y;
});

export const earlyReturn = rawTracepoint("sched_process_exec", (ctx) => {
  const x = u8(ctx.args[0]);
  if (x > 200) return x;
  {
    const y = x * 2;
    if (y > 200) return y;
  }
  if (x > 50) {
    return 7;
  } else {
    if (x > 20) return 8;
  }
  return 9;
});

export const shadowed = rawTracepoint("sched_process_exec", (ctx) => {
  const x = u8(ctx.args[0]);
  let y = 1;
  {
    const x = 3;
    let y = 10;
    y += x;
    if (y > 5) {
      const y = 100;
      return x + y + u8(ctx.args[0]);
    }
  }
  y += x;
  return y;
});

export const deadCode = rawTracepoint("sched_process_exec", (ctx) => {
  const trace = Trace();
  if (ctx.args[0] > 100n) {
    return 1;
    trace.steps = 5;
    for (let i = 0; i < 4; i++) trace.steps += i;
  } else {
    trace.steps = 2;
  }
  return trace.steps;
  return 4;
});

export const noValue = rawTracepoint("sched_process_exec", (ctx) => {
  const trace = Trace({ steps: 4 });
  if (ctx.args[0] > 100n) return;
  return trace.steps;
});

export const evaluationOrder = rawTracepoint("sched_process_exec", (ctx) => {
  const trace = Trace();
  let x = u8(ctx.args[0]) % 10;
  const sum = x + (x = 20) * 3 + x;
  const step = x++ + x++ * 2 + --x * 3;
  let y = 1;
  y += (y = 5) + y;
  trace.steps = 3;
  trace.steps += (trace.steps = 10) + trace.steps;
  return u32(sum + step * 7 + y * 11 + trace.steps * 13 + x);
});
