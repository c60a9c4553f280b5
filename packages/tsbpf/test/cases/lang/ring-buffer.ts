// Records in place: submitted on one path, discarded on the others, whatever way they leave.
import { array, bpfGetCurrentComm, bpfGetCurrentTask, chars, rawTracepoint, ringBuffer, struct, u32, u64, u8, type i32 } from "tsbpf";

interface bpfCoreTaskStruct { readonly pid: i32 }

export const Event = struct({ kind: u8, pid: u32, comm: chars(16), values: array(u32, 4) });
export const events = ringBuffer(Event, { bytes: 65536 });

/** Submits one record, with what its argument says as kind. */
export const submitted = rawTracepoint("sched_process_exec", (ctx) => {
  using record = events.reserve();
  if (!record) return 1;
  record.kind = u8(ctx.args[0]);
  record.pid = u32(bpfGetCurrentTask<bpfCoreTaskStruct>().pid);
  bpfGetCurrentComm(record.comm);
  for (let i = 0; i < record.values.length; i++) record.values[i] = u32(ctx.args[1] >> u64(i * 8));
  record.submit();
  return 0;
});

/** Submits when the first argument is odd; discards by hand when it is 2; by leaving the scope otherwise. */
export const onSomePaths = rawTracepoint("sched_process_exec", (ctx) => {
  const x = u32(ctx.args[0]);
  using record = events.reserve();
  if (!record) return 1;
  record.kind = 100;
  record.pid = x;
  if (x === 2) {
    record.discard();
    return 2;
  }
  if (x === 4) return 4;
  if ((x & 1) === 1) record.submit();
  return 0;
});

/** Up to three records, the last of which is never submitted. */
export const inLoop = rawTracepoint("sched_process_exec", (ctx) => {
  for (let i = 0; i < 3; i++) {
    using record = events.reserve();
    if (!record) continue;
    record.kind = 200;
    record.pid = i;
    if (i === u32(ctx.args[0])) break;
    record.submit();
  }
  return 0;
});

function fill(kind: number): boolean {
  using record = events.reserve();
  if (!record) return false;
  record.kind = kind;
  if (kind > 50) return false;
  record.submit();
  return true;
}

/** Two records are held at once; functions hold their own. */
export const nested = rawTracepoint("sched_process_exec", (ctx) => {
  using outer = events.reserve();
  const filled = fill(40) || fill(60);
  {
    using inner = events.reserve();
    if (!outer || !inner) return 3;
    inner.kind = 41;
    if (ctx.args[0] === 1n) inner.submit();
  }
  outer.kind = 42;
  if (fill(60)) return 5;
  if (ctx.args[0] === 2n && filled) outer.submit();
  return 0;
});
