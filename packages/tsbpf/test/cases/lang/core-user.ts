// Memory of the process, where the program may wait for it to be paged in; and a task whose fields can be read as one
// that helpers and maps know.
import {
  bpfCopyFromUser, bpfCoreTypeSize, bpfGetCurrentTaskBtf, chars, rawTracepoint, struct, syscall, taskStorage, u32, u64,
  type i32, type Ptr,
} from "tsbpf";

interface bpfCoreMmStruct { readonly arg_start: u64 }
interface bpfCoreTaskStruct { readonly tgid: i32; readonly mm: Ptr<bpfCoreMmStruct> | null }

const Command = struct({ text: chars(64), tgid: u32, size: u32 });
export const seen = taskStorage(u64);

export const command = syscall(Command, (value) => {
  const task = bpfGetCurrentTaskBtf<bpfCoreTaskStruct>();
  const mm = task.mm;
  if (!mm) return 1;
  const copy = Command();
  if (bpfCopyFromUser(copy.text, mm.arg_start) !== 0n) return 2;
  value.text = copy.text;
  value.tgid = u32(task.tgid);
  value.size = bpfCoreTypeSize<bpfCoreTaskStruct>();
  return 0;
});

export const count = rawTracepoint("sched_process_exec", () => {
  const task = bpfGetCurrentTaskBtf<bpfCoreTaskStruct>();
  const value = seen.ref(task);
  if (!value) return 1;
  value.value += u64(u32(task.tgid));
  return u32(value.value);
});
