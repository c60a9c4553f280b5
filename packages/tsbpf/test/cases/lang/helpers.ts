// Helpers with text, memory, scalar, map and address arguments, and what they return.
import {
  array, bpfGetCurrentComm, bpfGetCurrentPidTgid, bpfGetCurrentTask, bpfGetSmpProcessorId, bpfMapDeleteElem,
  bpfMapLookupElem, bpfMapUpdateElem, bpfProbeReadKernel, bpfProbeReadKernelStr, bpfTracePrintk, bytes, chars, hashMap,
  i32, rawTracepoint, struct, u32, u64, type Chars,
} from "tsbpf";

interface bpfCoreTaskStruct { readonly comm: Chars<16>; readonly pid: i32 }

const Buffer = struct({ comm: chars(16), raw: bytes(8), list: array(u32, 2) });
const counts = hashMap(u32, u64, { maxEntries: 4 });

export const memory = rawTracepoint("sched_process_exec", () => {
  const buffer = Buffer();
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  if (bpfGetCurrentComm(buffer.comm) !== 0n) return 1;
  const length = bpfProbeReadKernelStr(buffer.raw, task.comm);
  if (length < 0n) return 2;
  bpfProbeReadKernel(buffer.list, task);
  return buffer.comm[0] + buffer.raw[0] + u32(length);
});

export const scalars = rawTracepoint("sched_process_exec", (ctx) => {
  bpfTracePrintk("pid %d on %d\n", bpfGetCurrentPidTgid() >> 32n, bpfGetSmpProcessorId());
  bpfTracePrintk("exec", i32(ctx.args[1]));
  return bpfGetSmpProcessorId();
});

export const maps = rawTracepoint("sched_process_exec", (ctx) => {
  const key = u32(ctx.args[0]);
  const result = bpfMapUpdateElem(counts, key, 5n, 0n);
  if (bpfMapLookupElem(counts, key)) return 1;
  return bpfMapDeleteElem(counts, key) === 0n && result === 0n ? 2 : 3;
});
