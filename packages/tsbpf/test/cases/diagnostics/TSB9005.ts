// The 65 maps m0 to m64 are all used by one program.
// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", () => {
  m0.set(1, 1n);
  // … and so on for each of them
  m64.set(1, 1n);
});
// ---- right ----
const Counts = struct({ of: array(u64, 65) });
export const counts = hashMap(u32, Counts, { maxEntries: 8 });

export const onExec = rawTracepoint("sched_process_exec", () => {
  const entry = counts.get(1);
  if (entry) entry.of[64] += 1n;
});
