// What once had a text that led astray, or none, found by TypeScript.
import { chars, constant, global, hashMap, perfEventArray, rawTracepoint, ringBuffer, struct, tracepoint, u32, u64 } from "tsbpf";

const Event = struct({ pid: u32, comm: chars(16) });
export const records = ringBuffer(Event, { bytes: 4096 });
export const counts = hashMap(u32, u64, { maxEntries: 1024 });
export const seen = global(u32);
export const limit = constant(u32, 5);

export const p = rawTracepoint("sched_process_exec", (ctx) => {
  records.output(ctx, Event()); //~ TS2554
  counts.clear(); //~ TSB6001
  limit.value = 6; //~ TS2540
  limit.add(1); //~ TSB3007
  seen++; //~ TS2588
  seen = 5; //~ TS2588
  const sum = seen + 1; //~ TS2365
  const most = Number.MAX_SAFE_INTEGER + Number.EPSILON + Number.parseInt("3"); //~ TSB1004
  return this.x; //~ TSB1001
});

export const q = tracepoint("sched/sched_switch", (ctx) => u32(ctx.args[0])); //~ TSB3007
