// Values that belong to tasks.
import { bpfGetCurrentTaskBtf, rawTracepoint, struct, taskStorage, u32, u64 } from "tsbpf";

const Visit = struct({ count: u64, last: u32 });

export const visits = taskStorage(Visit);
export const hits = taskStorage(u32);

export const visit = rawTracepoint("sched_process_exec", (ctx) => {
  const task = bpfGetCurrentTaskBtf();
  const known = visits.get(task) !== undefined;
  const mine = visits.getOrCreate(task);
  if (!mine) return 1;
  mine.count++;
  mine.last = u32(ctx.args[0]);
  hits.ref(task)?.add(2);
  return (known ? 10 : 20) + (hits.get(task) ?? 0) * 100;
});

export const forget = rawTracepoint("sched_process_exec", () => {
  return visits.delete(bpfGetCurrentTaskBtf()) ? 1 : 2;
});
