// A jump reaches 32,767 instructions before v4. Beside tail calls all functions become part of the program.
// ---- wrong ----
const Block = struct({ all: bytes(400), count: u32 });
export const blocks = arrayMap(Block, { maxEntries: 2 });

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

export const onExec = rawTracepoint("sched_process_exec", (ctx) => { //~
  const a = blocks.get(0);
  const b = blocks.get(1);
  if (a && b && ctx.args[0] > 5n) {
    more(a, b); more(a, b); more(a, b); more(a, b); more(a, b);
  }
  steps.tailCall(ctx, 0);
  return 1;
});
// ---- right ----
const Block = struct({ all: bytes(400), count: u32 });
export const blocks = arrayMap(Block, { maxEntries: 2 });

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

export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const a = blocks.get(0);
  const b = blocks.get(1);
  if (a && b && ctx.args[0] > 5n) {
    more(a, b);
  }
  steps.tailCall(ctx, 0);
  return 1;
});
