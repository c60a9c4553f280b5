// Every kind of CO-RE relocation. Each program checks itself in the running kernel: 0 says that all answers were right,
// another number which one was not.
import {
  bpfCoreEnumValue, bpfCoreEnumValueExists, bpfCoreFieldExists, bpfCoreFieldOffset, bpfCoreFieldSigned,
  bpfCoreFieldSize, bpfCoreTypeExists, bpfCoreTypeIdKernel, bpfCoreTypeIdLocal, bpfCoreTypeMatches, bpfCoreTypeSize,
  bpfGetCurrentPidTgid, bpfGetCurrentTask, rawTracepoint, u32, u64, type BitField, type BpfCoreTypedef,
  type BpfCoreUnion, type Chars, type i32, type i64, type Ptr,
} from "tsbpf";

interface bpfCoreListHead { readonly next: Ptr<bpfCoreListHead>; readonly prev: Ptr<bpfCoreListHead> }
interface bpfCoreTaskStruct {
  readonly pid: i32;
  readonly tgid: i32;
  readonly comm: Chars<16>;
  readonly flags: u32;
  readonly tasks: bpfCoreListHead;
  readonly in_execve: BitField<u32, 1>;
  readonly absent: BitField<u32, 1>;
  readonly missing: i64;
}
interface bpfCoreTaskStruct___other { readonly tgid: i32 }
interface bpfCoreListHead___wrong { readonly next: i32 }
interface bpfCoreNoSuchStruct { readonly a: u32 }
interface bpfCoreAtomicT extends BpfCoreTypedef { readonly counter: i32 }
interface bpfCoreBpfAttr extends BpfCoreUnion { readonly test: u32 }
interface bpfCoreEnumPidType { readonly PIDTYPE_SID: 7; readonly PIDTYPE_TGID: 9; readonly PIDTYPE_NONE: 11 }
interface bpfCoreEnumPerfCallchainContext { readonly PERF_CONTEXT_KERNEL: 1n; readonly PERF_CONTEXT_NONE: 2n }
interface bpfCoreEnumNoSuchEnum { readonly NONE: 0 }

export const fields = rawTracepoint("sched_process_exec", () => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  if (!bpfCoreFieldExists(task.tgid)) return 1;
  if (bpfCoreFieldExists(task.missing)) return 2;
  if (bpfCoreFieldSize(task.comm) !== 16) return 3;
  if (bpfCoreFieldSize(task.pid) !== 4) return 4;
  if (bpfCoreFieldOffset(task.tasks.prev) - bpfCoreFieldOffset(task.tasks) !== 8) return 5;
  if (bpfCoreFieldOffset(task.comm[3]) - bpfCoreFieldOffset(task.comm) !== 3) return 6;
  if (!bpfCoreFieldSigned(task.pid)) return 7;
  if (bpfCoreFieldSigned(task.flags)) return 8;
  if (u64(u32(task.tgid)) !== bpfGetCurrentPidTgid() >> 32n) return 9;
  if (bpfCoreFieldExists(task.absent)) return 10;
  if (!bpfCoreFieldExists(task.in_execve)) return 11;
  if (task.in_execve > 1) return 12;
  if (bpfCoreFieldOffset(task.pid) + 4 > bpfCoreTypeSize<bpfCoreTaskStruct>()) return 13;
  return 0;
});

export const types = rawTracepoint("sched_process_exec", () => {
  if (!bpfCoreTypeExists<bpfCoreTaskStruct>()) return 1;
  if (!bpfCoreTypeExists<bpfCoreTaskStruct___other>()) return 2;
  if (bpfCoreTypeExists<bpfCoreNoSuchStruct>()) return 3;
  if (bpfCoreTypeSize<bpfCoreListHead>() !== 16) return 4;
  if (bpfCoreTypeSize<bpfCoreNoSuchStruct>() !== 0) return 5;
  if (bpfCoreTypeIdKernel<bpfCoreListHead>() === 0) return 6;
  if (bpfCoreTypeIdKernel<bpfCoreNoSuchStruct>() !== 0) return 7;
  if (bpfCoreTypeIdKernel<bpfCoreTaskStruct>() !== bpfCoreTypeIdKernel<bpfCoreTaskStruct___other>()) return 8;
  if (bpfCoreTypeIdLocal<bpfCoreListHead>() === 0) return 9;
  if (bpfCoreTypeIdLocal<bpfCoreTaskStruct>() === bpfCoreTypeIdLocal<bpfCoreTaskStruct___other>()) return 10;
  if (!bpfCoreTypeMatches<bpfCoreListHead>()) return 11;
  if (bpfCoreTypeMatches<bpfCoreListHead___wrong>()) return 12;
  if (bpfCoreTypeMatches<bpfCoreNoSuchStruct>()) return 13;
  if (!bpfCoreTypeExists<bpfCoreAtomicT>()) return 14;
  if (bpfCoreTypeSize<bpfCoreAtomicT>() !== 4) return 15;
  if (!bpfCoreTypeExists<bpfCoreBpfAttr>()) return 16;
  if (!bpfCoreTypeExists<bpfCoreEnumPidType>()) return 17;
  if (bpfCoreTypeExists<bpfCoreEnumNoSuchEnum>()) return 18;
  if (bpfCoreTypeSize<bpfCoreEnumPidType>() !== 4) return 19;
  if (bpfCoreTypeSize<bpfCoreEnumPerfCallchainContext>() !== 8) return 20;
  if (!bpfCoreTypeMatches<bpfCoreAtomicT>()) return 21;
  return 0;
});

export const enums = rawTracepoint("sched_process_exec", () => {
  if (bpfCoreEnumValue<bpfCoreEnumPidType>("PIDTYPE_TGID") !== 1) return 1;
  if (bpfCoreEnumValue<bpfCoreEnumPidType>("PIDTYPE_SID") !== 3) return 2;
  if (bpfCoreEnumValueExists<bpfCoreEnumPidType>("PIDTYPE_NONE")) return 3;
  if (!bpfCoreEnumValueExists<bpfCoreEnumPidType>("PIDTYPE_SID")) return 4;
  if (bpfCoreEnumValueExists<bpfCoreEnumNoSuchEnum>("NONE")) return 5;
  // -128, include/uapi/linux/perf_event.h.
  if (bpfCoreEnumValue<bpfCoreEnumPerfCallchainContext>("PERF_CONTEXT_KERNEL") !== 0xffffffffffffff80n) return 6;
  if (bpfCoreEnumValueExists<bpfCoreEnumPerfCallchainContext>("PERF_CONTEXT_NONE")) return 7;
  // What is missing is never reached.
  if (bpfCoreEnumValueExists<bpfCoreEnumPidType>("PIDTYPE_NONE")) {
    return bpfCoreEnumValue<bpfCoreEnumPidType>("PIDTYPE_NONE");
  }
  return 0;
});
