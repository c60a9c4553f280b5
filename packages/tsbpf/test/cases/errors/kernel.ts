// Kernel memory.
import {
  bpfCoreAddressOf, bpfCoreFieldExists, bpfGetCurrentTask, chars, rawTracepoint, struct, u32, u64, u8,
  type Chars, type FixedArray, type i32, type Ptr,
} from "tsbpf";

interface bpfCoreMm { readonly pgd: Ptr<bpfCoreMm>; readonly total_vm: u64 }
interface bpfCoreTaskStruct {
  pid: i32;
  readonly comm: Chars<16>;
  readonly mm: bpfCoreMm | null;
  readonly numbers: FixedArray<u32, 4>;
  readonly bad: string; //~ TSB8002
  readonly plain: number; //~ TSB8002
}
const Event = struct({ comm: chars(16), short: chars(8), all: u64 });

export const p = rawTracepoint("sched_process_exec", (ctx) => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  const event = Event();
  const x = u8(ctx.args[0]);
  task.pid = 5; //~ TSB8001
  task.comm[0] = 5; //~ TSB8001
  const exists = bpfCoreFieldExists(task); //~ TSB8003
  const other = bpfCoreFieldExists(x); //~ TSB8003
  const address = bpfCoreAddressOf(event); //~ TSB8030
  const number = task.numbers[x]; //~ TSB8004
  const outside = task.numbers[4]; //~ TSB3003
  const sure = task.mm!; //~ TSB3005
  return u32(event.all) + x;
});
