// switch: strict equality case by case, bodies that run on into the next, a default anywhere.
import { bool, hashMap, i32, rawTracepoint, struct, u32, u64, u8 } from "tsbpf";

const Mode = { Off: 0, On: 1, names: { slow: "slow", fast: "fast" } } as const;
const Trace = struct({ steps: u32 });
const counts = hashMap(u32, u32, { maxEntries: 4 });
const mode: "slow" | "fast" | "none" = Mode.names.fast;

export const numbers = rawTracepoint("sched_process_exec", (ctx) => {
  const x = u8(ctx.args[0]);
  let total = 0;
  switch (x % 8) {
    case Mode.Off:
      total += 1;
      break;
    case Mode.On:
    case 2:
      total += 10;
    case 3:
      total += 100;
      break;
    case 5: {
      if (x > 100) break;
      total += 1000;
    }
    case 6:
      return total + 7;
    default:
      total += 10000;
  }
  return total;
});

export const defaultFirst = rawTracepoint("sched_process_exec", (ctx) => {
  let total = 0;
  switch (i32(ctx.args[0])) {
    default:
      total += 1;
    case -1:
      total += 10;
      break;
    case 0x7fffffff:
      total += 100;
    case 2:
      total += 1000;
  }
  return total;
});

export const bigints = rawTracepoint("sched_process_exec", (ctx) => {
  switch (ctx.args[0]) {
    case 0n:
      return 1;
    case 0xffffffffffffffffn:
      return 2;
    case ctx.args[1]:
      return 3;
    case 1n << 32n:
      return 4;
  }
  return 5;
});

export const booleans = rawTracepoint("sched_process_exec", (ctx) => {
  const a = u32(ctx.args[0]);
  switch (true) {
    case a > 1000:
      return 1;
    case a > 10:
      return 2;
    case a === 0:
      return 3;
  }
  switch (bool(a & 1)) {
    case true:
      return 4;
    case false:
      return 5;
  }
});

function speed(): number {
  switch (mode) {
    case "slow":
      return 1;
    case Mode.names.fast:
      return 2;
  }
  return Mode.names.slow === "slow" ? 3 : 4;
}

export const texts = rawTracepoint("sched_process_exec", () => speed());

export const missing = rawTracepoint("sched_process_exec", (ctx) => {
  counts.set(1, 0);
  counts.set(2, u32(ctx.args[1]));
  switch (counts.get(u32(ctx.args[0]))) {
    case undefined:
      return 1;
    case 0:
      return 2;
    case 7:
      return 3;
  }
  return 4;
});

function kindOf(x: 0 | 1 | 2): number {
  switch (x) {
    case 0:
      return 5;
    case 1:
      return 6;
    case 2:
      return 7;
  }
}

export const complete = rawTracepoint("sched_process_exec", (ctx) => {
  const a = u8(ctx.args[0]);
  return kindOf(a > 200 ? 2 : a > 100 ? 1 : 0);
});

export const evaluatedInOrder = rawTracepoint("sched_process_exec", (ctx) => {
  const trace = Trace();
  let n = 1;
  switch (u8(ctx.args[0])) {
    case (trace.steps = n++):
      n += 100;
      break;
    case (trace.steps = n++):
      n += 200;
      break;
    case (trace.steps = n++):
      n += 300;
  }
  return trace.steps * 1000 + n;
});

export const inLoops = rawTracepoint("sched_process_exec", (ctx) => {
  let total = 0;
  for (let i = 0; i < 12; i++) {
    switch (u8(ctx.args[0] >> u64(i * 4)) & 7) {
      case 0:
        continue;
      case 1:
        total += 1;
        break;
      case 2:
        for (let j = 0; j < 4; j++) {
          if (j === i) break;
          total += 10;
        }
      case 3:
        total += 3;
        break;
      case 4:
        return total;
      default:
        switch (i) {
          case 1:
            break;
          default:
            total += 5;
        }
    }
    total += 100;
  }
  return total;
});

export const nothing = rawTracepoint("sched_process_exec", (ctx) => {
  let n = u8(ctx.args[0]) & 127;
  switch (n++) {
  }
  switch (n) {
    default:
      n += 3;
  }
  switch (n++) {
    case 4:
  }
  return n;
});
