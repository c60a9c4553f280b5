// Kernel memory.
import {
  bpfCoreAddressOf, bpfCoreCast, bpfCoreEnumValue, bpfCoreEnumValueExists, bpfCoreFieldExists, bpfCoreFieldSize,
  bpfCoreTypeExists, bpfCoreTypeSize, bpfGetCurrentTask, bpfGetCurrentTaskBtf, bpfProbeReadKernel, bpfTaskPtRegs, bytes,
  chars, rawTracepoint, struct, u32,
  u64, u8, type BitField, type Chars, type FixedArray, type i32, type Ptr, type UserPtr,
} from "tsbpf";

interface bpfCoreMm { readonly pgd: Ptr<bpfCoreMm>; readonly total_vm: u64 }
interface bpfCoreEnumColor { readonly RED: 0; readonly GREEN: number; } //~ TSB8006
interface bpfCoreTaskStruct {
  pid: i32;
  readonly comm: Chars<16>;
  readonly mm: bpfCoreMm | null;
  readonly numbers: FixedArray<u32, 4>;
  readonly parts: FixedArray<bpfCoreMm, 4>;
  readonly list: UserPtr<bpfCoreMm>;
  readonly words: UserPtr<FixedArray<u32, 4>>;
  readonly bad: string; //~ TSB8002
  readonly plain: number; //~ TSB8002
  readonly wide: BitField<u8, 9>; //~ TSB8002
  readonly number: Ptr<u32>; //~ TSB8002
  readonly "strange name": u32; //~ TSB7007
}
const Event = struct({ comm: chars(16), short: chars(8), all: u64, data: bytes(8) });

export const p = rawTracepoint("sched_process_exec", (ctx) => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  const event = Event();
  const x = u8(ctx.args[0]);
  task.pid = 5; //~ TSB8001
  task.comm[0] = 5; //~ TSB8001
  const exists = bpfCoreFieldExists(task); //~ TSB8003
  const other = bpfCoreFieldExists(x); //~ TSB8003
  const address = bpfCoreAddressOf(event); //~ TSB8030
  const shape = bpfGetCurrentTask<{ pid: u32 }>(); //~ TSB8009
  const size = bpfCoreFieldSize(event.all); //~ TSB8003
  const part = task.parts[x].total_vm; //~ TSB8004
  const outside = task.numbers[4]; //~ TSB3003
  const sure = task.mm!; //~ TSB3005
  return u32(event.all) + x;
});

export const questions = rawTracepoint("sched_process_exec", (ctx) => {
  const a = bpfCoreTypeExists(); //~ TSB8005
  const b = bpfCoreTypeSize<FixedArray<u32, 4>>(); //~ TSB8005
  const c = bpfCoreEnumValue<bpfCoreTaskStruct>("pid"); //~ TSB8007
  const d = bpfCoreEnumValueExists<bpfCoreEnumColor>("RED");
  return a || d ? 1 : b;
});

export const user = rawTracepoint("sched_process_exec", (ctx) => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  const event = Event();
  const pages = task.list.total_vm; //~ TSB8008
  const word = task.words[1]; //~ TSB8008
  bpfProbeReadKernel(event.data, task.list); //~ TSB5002
  const cast = bpfCoreCast<bpfCoreMm>(task.list); //~ TSB5002
  return u32(pages) + word + u32(cast.total_vm);
});

interface bpfCoreTaskStruct___known { readonly real_parent: Ptr<bpfCoreTaskStruct___known>; readonly mm: Ptr<bpfCoreMm> }

export const known = rawTracepoint("sched_process_exec", () => {
  const task = bpfGetCurrentTaskBtf<bpfCoreTaskStruct___known>();
  const parent = bpfTaskPtRegs(task.real_parent); //~ TSB5002
  const other = bpfTaskPtRegs(task.mm); //~ TSB5002
  const probed = bpfTaskPtRegs(bpfGetCurrentTask<bpfCoreTaskStruct___known>()); //~ TSB5002
  return 0;
});
