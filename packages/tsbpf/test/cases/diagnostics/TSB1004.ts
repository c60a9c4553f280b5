// Names from JavaScript, from C and from libbpf are recognised, and the message says what stands for them here.
// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  console.log(ctx.args[0]); //~
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  bpfPrintk(`pid ${ctx.args[0]}`);
});
