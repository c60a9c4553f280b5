// Maps that the kernel would not make, and methods that a program cannot use there.
import {
  array, arrayMap, bpfGetCurrentTask, bytes, fentry, hashMap, type i32, kprobe, lpmTrie, perCpuArray, progArray, queue, rawTracepoint, ringBuffer,
  stack, stackTrace, struct, taskStorage, u16, u32, u64, u8, xdp, XdpAction,
} from "tsbpf";

const Event = struct({ pid: u32 });
const Large = struct({ data: bytes(4081) });
const events = ringBuffer(Event, { bytes: 4096 });
const bigKey = hashMap(bytes(513), u32, { maxEntries: 4 }); //~ TSB6002
const bigValue = arrayMap(bytes(5000000), { maxEntries: 4 }); //~ TSB6002
const bigPerCpu = perCpuArray(bytes(40000), { maxEntries: 4 }); //~ TSB6002
const bigStorage = taskStorage(bytes(70000)); //~ TSB6002
const bigMap = queue(bytes(65536), { maxEntries: 100000 }); //~ TSB6002
const noEntries = stack(u32, { maxEntries: 0 }); //~ TSB6002
const deep = stackTrace({ maxEntries: 4, depth: 128 }); //~ TSB6002
const bigPrefix = lpmTrie(struct({ bits: u32, rest: bytes(260) }), u32, { maxEntries: 4 }); //~ TSB6002
const noLength = lpmTrie(struct({ bits: u16, rest: u32 }), u32, { maxEntries: 4 }); //~ TSB6009
const nothing = lpmTrie(struct({ bits: u32 }), u32, { maxEntries: 4 }); //~ TSB6009
const hole = lpmTrie(struct({ bits: u32, wide: u64 }), u32, { maxEntries: 4 }); //~ TSB6009
const end = lpmTrie(struct({ bits: u32, byte: u8 }), u32, { maxEntries: 4 }); //~ TSB6009
const stacks = stackTrace({ maxEntries: 4 });
const steps = progArray({ maxEntries: 4 });
const table = hashMap(u32, array(u32, 4), { maxEntries: 4 });

export const calls = rawTracepoint("sched_process_exec", (ctx) => {
  using record = events.reserve();
  if (!record) return;
  steps.tailCall(ctx, 1); //~ TSB6008
  record.submit();
  steps.tailCall(ctx, 1);
  table.ref(1); //~ TSB1003
});

export const outside = rawTracepoint("sched_process_exec", (ctx) => {
  steps.tailCall(ctx, -1); //~ TSB3003
  steps.tailCall(ctx, 4); //~ TSB3003
});

const large = ringBuffer(Large, { bytes: 4096 }); //~ TSB6002

export const otherKind = kprobe("vfs_read", (ctx) => {
  steps.tailCall(ctx, 1); //~ TSB6010
});

const hooks = progArray({ maxEntries: 4 });

export const oneFunction = fentry("vfs_read", (ctx) => {
  hooks.tailCall(ctx, 1);
});

export const otherFunction = fentry("vfs_write", (ctx) => {
  hooks.tailCall(ctx, 1); //~ TSB6010
});

const visits = taskStorage(u32);

export const untrusted = rawTracepoint("sched_process_exec", () => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  visits.get(task); //~ TSB1003
  visits.delete(task); //~ TSB1003
});

interface bpfCoreTaskStruct {
  readonly pid: i32;
}

export const noTask = xdp((ctx) => {
  const id = stacks.capture(ctx); //~ TSB5003
  return XdpAction.PASS;
});
