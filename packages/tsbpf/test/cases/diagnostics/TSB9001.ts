// Large values lie in a map of their own, which has at most 32 KiB for each CPU.
// ---- wrong ----
const Block = struct({ all: bytes(20_000) });

export const onExec = rawTracepoint("sched_process_exec", (ctx) => { //~
  const first = Block();
  const second = Block();
  first.all[u8(ctx.args[0])] = 1;
  second.all[u8(ctx.args[1])] = first.all[1];
  return second.all[2];
});
// ---- right ----
const Block = struct({ all: bytes(20_000) });
export const blocks = arrayMap(Block, { maxEntries: 2 });

export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const first = blocks.get(0);
  const second = blocks.get(1);
  if (!first || !second) return 0;
  first.all[u8(ctx.args[0])] = 1;
  second.all[u8(ctx.args[1])] = first.all[1];
  return second.all[2];
});
