// What people bring along from C and libbpf: each has its cure.
import { array, bpfCoreEnumValue, bpfGetCurrentTask, chars, hashMap, rawTracepoint, struct, u32, u64, type i32 } from "tsbpf";

interface bpfCoreTaskStruct { readonly pid: i32 }
interface bpfCoreEnumPidType { readonly PIDTYPE_TGID: 1 }
const Event = struct({ pid: u32, comm: chars(16) });
const Sizes = struct({ a: uint32_t, b: u128, c: char(16), d: int }); //~ TSB1004
export const counts = hashMap(u32, u64, { maxEntries: 8 });
export const ring = ringbuf(Event, { bytes: 4096 }); //~ TSB1004
export const raw = BPF_MAP_TYPE_LRU_HASH; //~ TSB1004
export const other = BPF_MAP_TYPE_BLOOM_FILTER; //~ TSB1004
export const upper = HashMap(u32, u64, { maxEntries: 1 }); //~ TS2552
export const user = uprobe("/bin/sh:readline", () => 0); //~ TSB1004

export const names = rawTracepoint("sched_process_exec", (ctx) => {
  const event = Event();
  bpf_get_current_comm(event.comm); //~ TSB1004
  bpfGetCurentComm(event.comm); //~ TS2304
  bpfKtimeGetNs(); //~ TS2304
  bpf_printk("hello"); //~ TSB1004
  printf("hello"); //~ TSB1004
  memset(event, 0, 20); //~ TSB1004
  const size = sizeof(event); //~ TSB1004
  const found = bpf_map_lookup_elem(counts, 1); //~ TSB1004
  const wrong = bpf_get_curent_pid_tgid(); //~ TSB1004
  const first = PT_REGS_PARM1(ctx); //~ TSB1004
  const flags = BPF_ANY; //~ TSB1004
  const parent = BPF_CORE_READ(event); //~ TSB1004
  return NULL; //~ TSB1004
});

export const kernel = rawTracepoint("sched_process_exec", () => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  const bare = bpfGetCurrentTask();
  const id = task.pdi; //~ TSB3007
  const unknown = bare.pid; //~ TSB3007
  const kind = bpfCoreEnumValue<bpfCoreEnumPidType>("PIDTYPE_TGIDD"); //~ TS2345
});
