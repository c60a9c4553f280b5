// The verifier walks through every round of a loop, and takes a program only when it has seen the end of it.
// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  let left = u32(ctx.args[0]);
  while (left !== 0) left >>>= 1; //~
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  let left = u32(ctx.args[0]);
  for (let i = 0; i < 32 && left !== 0; i++) left >>>= 1;
});
