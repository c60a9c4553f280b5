// kernel: 5.17
// ---- wrong ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  using record = records.reserve();
  if (!record) return;
  bpfLoop(4, (index) => {
    record.pid = index; //~
  });
  record.submit();
});
// ---- right ----
export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  let last: u32 = 0;
  bpfLoop(4, (index) => {
    last = index;
  });
  using record = records.reserve();
  if (!record) return;
  record.pid = last;
  record.submit();
});
