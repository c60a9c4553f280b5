// A note, not an error: the program is made.
// ---- wrong ----
const Block = struct({ all: bytes(300) });

export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const first = Block(); //~
  const second = Block();
  first.all[u8(ctx.args[0])] = 1;
  second.all[u8(ctx.args[1])] = first.all[1];
  return second.all[2];
});
// ---- right ----
const Block = struct({ all: bytes(200) });

export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const first = Block();
  const second = Block();
  first.all[u8(ctx.args[0])] = 1;
  second.all[u8(ctx.args[1])] = first.all[1];
  return second.all[2];
});
