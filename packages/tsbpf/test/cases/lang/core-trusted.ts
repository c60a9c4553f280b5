// Objects that the verifier knows are read by plain loads whose offsets are relocated; what it does not know any more
// (a variable, an element, what lies behind a pointer to a pointer) by probing. Both must find the same.
import {
  bpfGetCurrentTask, bpfGetCurrentTaskBtf, bpfTaskPtRegs, chars, rawTracepoint, struct, u32, u64, type BitField,
  type Chars, type FixedArray, type i32, type Ptr,
} from "tsbpf";

interface bpfCoreUpid { readonly nr: i32 }
interface bpfCorePid { readonly level: u32; readonly numbers: FixedArray<bpfCoreUpid, 4> }
interface bpfCoreSignalStruct { readonly pids: FixedArray<Ptr<bpfCorePid>, 4>; readonly nr_threads: i32 }
interface bpfCoreFile { readonly f_flags: u32 }
interface bpfCoreMmStruct { readonly total_vm: u64; readonly exe_file: Ptr<bpfCoreFile> }
interface bpfCoreSchedEntity { readonly vruntime: u64; readonly on_rq: u32 }
interface bpfCoreTaskStruct {
  readonly pid: i32;
  readonly tgid: i32;
  readonly comm: Chars<16>;
  readonly prio: i32;
  readonly in_execve: BitField<u32, 1>;
  readonly sched_contributes_to_load: BitField<u32, 1>;
  readonly no_cgroup_migration: BitField<boolean, 1>;
  readonly real_parent: Ptr<bpfCoreTaskStruct>;
  readonly signal: Ptr<bpfCoreSignalStruct>;
  readonly mm: Ptr<bpfCoreMmStruct> | null;
  readonly se: bpfCoreSchedEntity;
}
interface bpfCorePtRegs { readonly sp: u64 }
const Name = struct({ comm: chars(16) });

/** What is passed on stays known, unless the parameter is made to stand for something else. */
function leaderOf(task: bpfCoreTaskStruct): i32 {
  return task.real_parent.pid;
}

function ancestorOf(task: bpfCoreTaskStruct): i32 {
  task = task.real_parent;
  return task.pid;
}

export const passedOn = rawTracepoint("sched_process_exec", () => {
  const task = bpfGetCurrentTaskBtf<bpfCoreTaskStruct>();
  return leaderOf(task) === ancestorOf(task) ? 0 : 1;
});

export const trusted = rawTracepoint("sched_process_exec", (ctx) => {
  const task = bpfGetCurrentTaskBtf<bpfCoreTaskStruct>();
  const probed = bpfGetCurrentTask<bpfCoreTaskStruct>();
  if (task.pid !== probed.pid || task.tgid !== probed.tgid) return 1;
  if (task.prio !== probed.prio) return 2;
  if (task.real_parent.tgid !== probed.real_parent.tgid) return 3;
  if (task.real_parent.real_parent.tgid !== probed.real_parent.real_parent.tgid) return 4;
  if (task.signal.nr_threads !== probed.signal.nr_threads) return 5;
  if (task.in_execve !== probed.in_execve) return 6;
  if (task.sched_contributes_to_load !== probed.sched_contributes_to_load) return 7;
  if (task.no_cgroup_migration !== probed.no_cgroup_migration) return 8;
  const index = u32(ctx.args[0]);
  if (task.signal.pids[1].numbers[0].nr !== probed.tgid) return 9;
  if (task.signal.pids[index].numbers[0].nr !== probed.signal.pids[index].numbers[0].nr) return 10;
  if (task.comm[index & 15] !== probed.comm[index & 15]) return 11;
  const mm = task.mm;
  if (mm === null) return 12;
  if (mm.total_vm !== probed.mm?.total_vm) return 13;
  if (mm.exe_file.f_flags !== probed.mm?.exe_file.f_flags) return 14;
  let at = task;
  for (let i = 0; i < 3; i++) at = at.real_parent;
  let other = probed;
  for (let i = 0; i < 3; i++) other = other.real_parent;
  if (at.tgid !== other.tgid || at !== other) return 15;
  const name = Name({ comm: task.comm });
  if (name.comm[0] !== task.comm[0] || name.comm[1] !== task.comm[1]) return 16;
  const entity = task.se;
  if (entity.on_rq !== probed.se.on_rq) return 17;
  const regs = bpfTaskPtRegs<bpfCorePtRegs>(task);
  if (regs.sp === 0n) return 18;
  return task.pid === 0 ? 19 : 0;
});
