// Some helpers, reading kernel memory and security hooks are only for programs under the GPL.
// ---- wrong ----
export const license = "MIT";
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  events.output(ctx, Event({ pid: u32(bpfGetCurrentPidTgid()) })); //~
});
// ---- right ----
export const license = "Dual MIT/GPL";
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  events.output(ctx, Event({ pid: u32(bpfGetCurrentPidTgid()) }));
});
