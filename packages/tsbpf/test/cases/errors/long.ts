// One branch over more code than a 16-bit jump reaches: beside tail calls all functions are copied.
import { arrayMap, bytes, progArray, rawTracepoint, struct, u32, type Value } from "tsbpf";

const Block = struct({ all: bytes(400), count: u32 });
const blocks = arrayMap(Block, { maxEntries: 2 });
const next = progArray({ maxEntries: 1 });

function once(a: Value<typeof Block>, b: Value<typeof Block>): void {
  a.all = b.all;
  b.count += a.all[7] + b.all[3];
}

function eight(a: Value<typeof Block>, b: Value<typeof Block>): void {
  once(a, b); once(b, a); once(a, b); once(b, a); once(a, b); once(b, a); once(a, b); once(b, a);
}

function more(a: Value<typeof Block>, b: Value<typeof Block>): void {
  eight(a, b); eight(a, b); eight(a, b); eight(a, b); eight(a, b); eight(a, b); eight(a, b); eight(a, b);
}

export const p = rawTracepoint("sched_process_exec", (ctx) => { //~ TSB9002
  const a = blocks.get(0);
  const b = blocks.get(1);
  if (a && b && ctx.args[0] > 5n) {
    more(a, b); more(a, b); more(a, b); more(a, b); more(a, b);
  }
  next.tailCall(ctx, 0);
  return 1;
});
