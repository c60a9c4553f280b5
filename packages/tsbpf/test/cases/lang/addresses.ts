// Addresses as numbers: the verifier knows what the pointers are and would refuse to compute with them.
import {
  bpfCoreAddressOf, bpfGetCurrentTaskBtf, dataLoc, hashMap, rawTracepoint, struct, tracepoint, u8, u32, u64, type i32,
} from "tsbpf";

interface bpfCoreTaskStruct { readonly pid: i32 }
interface bpfCoreTraceEventRawSchedProcessExec { readonly __data_loc_filename: u32 }

const Parts = struct({ all: u64, low: u32, rest: u8 });
export const tasks = hashMap(u64, Parts, { maxEntries: 16 });
export const shifted = hashMap(u64, u64, { maxEntries: 16 });

export const asKey = rawTracepoint("sched_process_exec", () => {
  const address = bpfCoreAddressOf(bpfGetCurrentTaskBtf<bpfCoreTaskStruct>());
  shifted.set(address, 1n);
});

export const computed = rawTracepoint("sched_process_exec", () => {
  const address = bpfCoreAddressOf(bpfGetCurrentTaskBtf<bpfCoreTaskStruct>());
  tasks.set(address, Parts({ all: address * 3n, low: u32(address), rest: u8(address & 7n) }));
  shifted.set(address, address >> 3n);
  let sum: u64 = 0n;
  sum += address;
  return sum > 5n ? u32(address / 7n) : u32(address ^ 5n);
});

export const readBack = rawTracepoint("sched_process_exec", () => {
  const address = bpfCoreAddressOf(bpfGetCurrentTaskBtf<bpfCoreTaskStruct>());
  const parts = Parts({ all: address });
  tasks.set(1n, parts);
  return u32(parts.all >> 32n);
});

export const located = tracepoint<bpfCoreTraceEventRawSchedProcessExec>("sched/sched_process_exec", (ctx) => {
  const place = dataLoc(ctx, ctx.__data_loc_filename);
  tasks.set(place, Parts({ all: place * 3n, low: u32(place), rest: u8(place & 7n) }));
  return u32(place >> 32n);
});
