// Shapes of fields in kernel memory: bit-fields, enums, booleans, anonymous members, flavours, arrays with a variable
// index, pointers to pointers and to numbers, user pointers, objects written in place. 0 says that all was as expected.
import {
  bpfCoreCast, bpfCoreFieldExists, bpfCoreFieldOffset, bpfGetCurrentPidTgid, bpfGetCurrentTask, bpfProbeReadKernel,
  bpfProbeReadKernelStr, bpfProbeReadUser, bpfProbeReadUserStr, bytes, chars, rawTracepoint, ringBuffer, struct, u32,
  u64, type BitField, type BpfCoreUnion, type Chars, type Enum, type FixedArray, type i32, type Ptr, type UserPtr,
} from "tsbpf";

interface bpfCoreEnumPidType { readonly PIDTYPE_PID: 0 }
interface bpfCoreUpid { readonly nr: i32; readonly ns: Ptr<bpfCorePidNamespace> }
interface bpfCorePidNamespace { readonly level: u32 }
interface bpfCorePid { readonly level: u32; readonly numbers: FixedArray<bpfCoreUpid, 4> }
interface bpfCoreSignalStruct { readonly pids: FixedArray<Ptr<bpfCorePid>, 4> }
interface bpfCoreInode { readonly i_mode: u32; readonly i_ino: u64 }
interface bpfCoreQstr { readonly len: u32; readonly name: Ptr<Chars<number>> }
interface bpfCoreDentry { readonly d_name: bpfCoreQstr; readonly d_parent: Ptr<bpfCoreDentry> }
interface bpfCorePath { readonly dentry: Ptr<bpfCoreDentry> }
interface bpfCoreFile { readonly f_inode: Ptr<bpfCoreInode>; readonly f_path: bpfCorePath }
interface bpfCoreFdtable { readonly max_fds: u32; readonly fd: Ptr<FixedArray<Ptr<bpfCoreFile> | null, number>> }
interface bpfCoreFilesStruct { readonly fdt: Ptr<bpfCoreFdtable>; readonly fd_array: FixedArray<bpfCoreFile | null, 64> }
interface bpfCoreMmStruct {
  readonly arg_start: u64;
  readonly mm_users: { readonly counter: i32 };
}
interface bpfCoreSchedEntity { readonly on_rq: u32 }
interface bpfCoreRobustListHead { readonly futex_offset: u64 }
interface bpfCoreTaskStruct {
  readonly pid: i32;
  readonly tgid: i32;
  readonly comm: Chars<16>;
  readonly stack_canary: u64;
  readonly in_execve: BitField<u32, 1>;
  readonly sched_reset_on_fork: BitField<boolean, 1>;
  readonly group_leader: Ptr<bpfCoreTaskStruct>;
  readonly signal: Ptr<bpfCoreSignalStruct>;
  readonly files: Ptr<bpfCoreFilesStruct>;
  readonly mm: bpfCoreMmStruct | null;
  readonly se: bpfCoreSchedEntity;
  readonly cpus_ptr: Ptr<FixedArray<u64, 1>>;
  readonly robust_list: UserPtr<bpfCoreRobustListHead> | null;
  readonly stack: Ptr<unknown>;
}
interface bpfCoreTaskStruct___old { readonly state: u64 }
interface bpfCoreTaskStruct___new { readonly "__state": u32 }
interface bpfCorePidLink___gone extends BpfCoreUnion { readonly kind: Enum<bpfCoreEnumPidType> }

export const Text = struct({ name: chars(32), args: chars(64), head: bytes(8) });
export const texts = ringBuffer(Text, { bytes: 4096 });

export const shapes = rawTracepoint("sched_process_exec", (ctx) => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  const own = bpfGetCurrentPidTgid();
  if (task.in_execve !== 0) return 1;
  if (task.sched_reset_on_fork) return 2;
  // The group leader's thread id is the process id.
  if (u64(u32(task.group_leader.pid)) !== own >> 32n) return 3;
  // signal->pids[PIDTYPE_TGID]->numbers[0].nr is the process id in the first namespace.
  const pid = task.signal.pids[1];
  if (pid.numbers[0].nr !== task.tgid) return 4;
  const index = u32(ctx.args[0]);
  const again = task.signal.pids[index];
  if (index === 1 && again.numbers[0].nr !== task.tgid) return 5;
  if (index >= 4 && again.numbers[0].nr !== 0) return 6;
  if (again.numbers[index & 3].nr === task.tgid && (index & 3) !== 0 && index !== 1) return 7;
  // The letters of the name, one by one and together.
  let sum = 0;
  for (let i = 0; i < 16; i++) sum += task.comm[i];
  if (sum !== task.comm[0] + task.comm[1] + task.comm[2] + task.comm[3] + task.comm[4] + task.comm[5] + task.comm[6] +
    task.comm[7] + task.comm[8] + task.comm[9] + task.comm[10] + task.comm[11] + task.comm[12] + task.comm[13] +
    task.comm[14] + task.comm[15]) return 8;
  if (task.comm[u32(ctx.args[1] | 16n)] !== 0) return 9;
  if (task.cpus_ptr[0] === 0n) return 10;
  const mm = task.mm;
  if (mm === null) return 11;
  if (mm.mm_users.counter < 1) return 12;
  const other = bpfCoreCast<bpfCoreTaskStruct>(u64(0));
  if (other.pid !== 0) return 13;
  let state = 9;
  const old = bpfCoreCast<bpfCoreTaskStruct___old>(task);
  const fresh = bpfCoreCast<bpfCoreTaskStruct___new>(task);
  if (bpfCoreFieldExists(old.state)) state = u32(old.state);
  if (bpfCoreFieldExists(fresh.__state)) state = fresh.__state;
  // The task runs: it reads itself.
  if (state !== 0) return 14;
  if (bpfCoreFieldOffset(task.signal) === bpfCoreFieldOffset(task.mm)) return 15;
  if (task.stack === task.signal) return 16;
  return 0;
});

/** A descriptor's file, and text in the process's own memory: the test compares them with /proc. */
export const files = rawTracepoint("sched_process_exec", (ctx) => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  const text = Text();
  const file = task.files.fdt.fd[u32(ctx.args[0])];
  if (!file) return 1;
  bpfProbeReadKernelStr(text.name, file.f_path.dentry.d_name.name);
  const mm = task.mm;
  if (!mm) return 2;
  if (bpfProbeReadUserStr(text.args, mm.arg_start) < 0n) return 3;
  // Linux 7.2 has it elsewhere.
  if (bpfCoreFieldExists(task.robust_list)) {
    const list = task.robust_list;
    if (!list) return 4;
    if (bpfProbeReadUser(text.head, list) !== 0n) return 5;
  }
  if (bpfProbeReadKernel(text.head, task.stack) !== 0n) return 6;
  texts.output(text);
  return u32(file.f_inode.i_ino & 0xffffffffn);
});
