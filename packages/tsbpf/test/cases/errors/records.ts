// Reserved records: held by `using`, filled before submit.
import { chars, rawTracepoint, ringBuffer, struct, u32, u64, u8 } from "tsbpf";

const Event = struct({ pid: u32, comm: chars(16) });
export const events = ringBuffer(Event, { bytes: 4096 });

export const withoutUsing = rawTracepoint("sched_process_exec", () => {
  const record = events.reserve(); //~ TSB6005
  return 1;
});

export const afterSubmit = rawTracepoint("sched_process_exec", () => {
  using record = events.reserve();
  if (!record) return;
  record.submit();
  record.pid = 5; //~ TSB4005
});

export const twice = rawTracepoint("sched_process_exec", () => {
  using record = events.reserve();
  if (!record) return;
  record.submit();
  record.discard(); //~ TSB4005
});

export const maybe = rawTracepoint("sched_process_exec", (ctx) => {
  using record = events.reserve();
  if (!record) return;
  if (ctx.args[0] > 5n) record.submit();
  record.pid = 1; //~ TSB4005
});

export const inLoop = rawTracepoint("sched_process_exec", (ctx) => {
  using record = events.reserve();
  if (!record) return;
  for (let i = 0; i < 4; i++) {
    record.pid = i; //~ TSB4005
    if (ctx.args[0] > u64(i)) record.submit(); //~ TSB4005
  }
});

export const optional = rawTracepoint("sched_process_exec", () => {
  using record = events.reserve();
  record?.submit(); //~ TSB1001
});

export const other = rawTracepoint("sched_process_exec", () => {
  using record = events.reserve();
  if (!record) return;
  record.comm = record.comm;
  const unknown = record[Symbol.dispose](); //~ TSB3007
});
