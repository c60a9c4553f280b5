// Programs with a twin in C (test/data/core-twins.c): the same accesses, of which clang must make the same relocations.
import {
  bpfCoreEnumValue, bpfCoreEnumValueExists, bpfCoreFieldExists, bpfCoreFieldOffset, bpfCoreFieldSigned,
  bpfCoreFieldSize, bpfCoreTypeExists, bpfCoreTypeIdKernel, bpfCoreTypeIdLocal, bpfCoreTypeMatches, bpfCoreTypeSize,
  bpfGetCurrentTask, bpfGetCurrentTaskBtf, rawTracepoint, u32, type BitField, type BpfCoreTypedef, type BpfCoreUnion,
  type Chars, type Enum, type FixedArray, type i32, type Ptr, type u64,
} from "tsbpf";

interface bpfCoreListHead { readonly next: Ptr<bpfCoreListHead>; readonly prev: Ptr<bpfCoreListHead> }
interface bpfCoreUpid { readonly nr: i32 }
interface bpfCorePid { readonly level: u32; readonly numbers: FixedArray<bpfCoreUpid, 4> }
interface bpfCoreSignalStruct { readonly pids: FixedArray<Ptr<bpfCorePid>, 4> }
interface bpfCoreRefcountStruct { readonly refs: bpfCoreAtomicT }
interface bpfCoreAtomicT extends BpfCoreTypedef { readonly counter: i32 }
interface bpfCoreTaskStruct {
  readonly tgid: i32;
  readonly pid: i32;
  readonly comm: Chars<16>;
  readonly flags: u32;
  readonly usage: bpfCoreRefcountStruct;
  readonly tasks: bpfCoreListHead;
  readonly signal: Ptr<bpfCoreSignalStruct>;
  readonly in_execve: BitField<u32, 1>;
  readonly sched_remote_wakeup: BitField<u32, 1>;
  readonly no_such_field: i32;
}
interface bpfCoreTaskStruct___flavour { readonly pid: i32 }
interface bpfCoreNoSuchStruct { readonly a: i32 }
interface bpfCoreBpfAttr extends BpfCoreUnion { readonly map_type: u32 }
interface bpfCoreEnumBpfMapType { readonly BPF_MAP_TYPE_HASH: 71; readonly BPF_MAP_TYPE_NOT_THERE: 72 }
interface bpfCoreEnumPerfCallchainContext { readonly PERF_CONTEXT_KERNEL: 3n; readonly PERF_CONTEXT_NOT_THERE: 4n }
interface bpfCoreBpfMap { readonly map_type: Enum<bpfCoreEnumBpfMapType>; readonly key_size: u32 }

export const offsets = rawTracepoint("sched_switch", () => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  return task.pid + task.comm[3] + task.usage.refs.counter + task.signal.pids[1].numbers[0].nr;
});

export const sizes = rawTracepoint("sched_switch", () => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  return bpfCoreFieldSize(task.comm) + bpfCoreFieldSize(task.tasks) + bpfCoreFieldOffset(task.tasks.prev);
});

export const exists = rawTracepoint("sched_switch", () => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  return (bpfCoreFieldExists(task.flags) ? 1 : 0) + (bpfCoreFieldExists(task.no_such_field) ? 2 : 0);
});

export const signs = rawTracepoint("sched_switch", () => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  return (bpfCoreFieldSigned(task.pid) ? 1 : 0) + (bpfCoreFieldSigned(task.flags) ? 2 : 0);
});

export const bits = rawTracepoint("sched_switch", () => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  return task.in_execve + task.sched_remote_wakeup;
});

export const trustedPid = rawTracepoint("sched_switch", () => {
  const task = bpfGetCurrentTaskBtf<bpfCoreTaskStruct>();
  return task.pid;
});

export const types = rawTracepoint("sched_switch", () => {
  let sum = bpfCoreTypeSize<bpfCoreTaskStruct>() + bpfCoreTypeSize<bpfCoreAtomicT>();
  if (bpfCoreTypeExists<bpfCoreTaskStruct___flavour>()) sum += 1;
  if (bpfCoreTypeExists<bpfCoreNoSuchStruct>()) sum += 2;
  if (bpfCoreTypeExists<bpfCoreBpfAttr>()) sum += 4;
  if (bpfCoreTypeMatches<bpfCoreListHead>()) sum += 8;
  if (bpfCoreTypeMatches<bpfCoreNoSuchStruct>()) sum += 16;
  if (bpfCoreTypeExists<bpfCoreEnumBpfMapType>()) sum += 32;
  return sum;
});

export const ids = rawTracepoint("sched_switch", () => {
  return u32(bpfCoreTypeIdLocal<bpfCoreListHead>() + bpfCoreTypeIdKernel<bpfCoreListHead>());
});

export const enums = rawTracepoint("sched_switch", () => {
  let sum = bpfCoreEnumValue<bpfCoreEnumBpfMapType>("BPF_MAP_TYPE_HASH");
  if (bpfCoreEnumValueExists<bpfCoreEnumBpfMapType>("BPF_MAP_TYPE_NOT_THERE")) sum += 1;
  if (bpfCoreEnumValueExists<bpfCoreEnumBpfMapType>("BPF_MAP_TYPE_HASH")) sum += 2;
  return sum;
});

export const wideEnums = rawTracepoint("sched_switch", () => {
  let sum: u64 = bpfCoreEnumValue<bpfCoreEnumPerfCallchainContext>("PERF_CONTEXT_KERNEL");
  if (bpfCoreEnumValueExists<bpfCoreEnumPerfCallchainContext>("PERF_CONTEXT_NOT_THERE")) sum += 1n;
  return u32(sum & 0xffn);
});

export const enumFields = rawTracepoint("sched_switch", (ctx) => {
  const map = bpfGetCurrentTask<bpfCoreBpfMap>();
  return map.map_type + map.key_size;
});
