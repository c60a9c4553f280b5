// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const seen = hashMap(u32, u64, { maxEntries: 16 }); //~
});
// ---- right ----
export const seen = hashMap(u32, u64, { maxEntries: 16 });
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  seen.set(1, 5n);
});
