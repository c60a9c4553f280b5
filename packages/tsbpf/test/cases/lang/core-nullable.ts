// Pointers in kernel memory that may be null: narrowed by `if`, followed by `?.`, given a value by `??`.
import { bpfCoreAddressOf, bpfCoreFieldExists, bpfGetCurrentTask, rawTracepoint, type i32, type u64, type Ptr } from "tsbpf";

interface bpfCoreFile { readonly f_flags: i32 }
interface bpfCoreMmStruct { readonly total_vm: u64; readonly exeFile: bpfCoreFile | null; readonly pgtablesBytes: u64 }
interface bpfCoreTaskStruct { readonly mm: bpfCoreMmStruct | null; readonly real_parent: Ptr<bpfCoreTaskStruct> }

export const chained = rawTracepoint("sched_process_exec", () => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  const mm = task.mm;
  if (mm === null) return 0;
  if (bpfCoreFieldExists(mm.pgtablesBytes) && mm.total_vm > 100n) return 1;
  return task.mm?.exeFile?.f_flags ?? 2;
});

export const compared = rawTracepoint("sched_process_exec", () => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  let at = task;
  for (let i = 0; i < 4; i++) at = at.real_parent;
  if (at === task) return 1;
  return task.mm === at.mm ? 2 : at.mm ? 3 : 4;
});

export const addresses = rawTracepoint("sched_process_exec", () => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  if (bpfCoreAddressOf(task.mm) === 0n) return 1;
  return bpfCoreAddressOf(task) < bpfCoreAddressOf(task.real_parent) ? 2 : 3;
});
