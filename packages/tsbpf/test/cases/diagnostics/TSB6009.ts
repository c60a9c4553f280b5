// ---- wrong ----
export const routes = lpmTrie(u32, u32, { maxEntries: 16 }); //~
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  return routes.get(1);
});
// ---- right ----
const Prefix = struct({ prefixLength: u32, address: u32 });
export const routes = lpmTrie(Prefix, u32, { maxEntries: 16 });
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  return routes.get(Prefix({ prefixLength: 32, address: htonl(0x0a000001) })) ?? 0;
});
