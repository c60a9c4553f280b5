// CO-RE reads through several pointers, structs embedded in structs, arrays, and text copied from kernel memory.
import {
  bpfGetCurrentTask, chars, rawTracepoint, ringBuffer, struct, u32, u64, type Chars, type i32, type Ptr,
} from "tsbpf";

interface bpfCoreLoadWeight { readonly weight: u64 }
interface bpfCoreSchedEntity { readonly load: bpfCoreLoadWeight; readonly sumExecRuntime: u64 }
interface bpfCoreNsproxy { readonly uts_ns: Ptr<bpfCoreUtsNamespace> }
interface bpfCoreUtsNamespace { readonly name: bpfCoreNewUtsname }
interface bpfCoreNewUtsname { readonly nodename: Chars<65> }
interface bpfCoreTaskStruct {
  readonly tgid: i32;
  readonly comm: Chars<16>;
  readonly realParent: Ptr<bpfCoreTaskStruct>;
  readonly se: bpfCoreSchedEntity;
  readonly nsproxy: Ptr<bpfCoreNsproxy>;
}

export const Event = struct({
  parent: u32, grandparent: u32, weight: u64, runtime: u64, comm: chars(16), parentComm: chars(16), host: chars(65),
  first: u32,
});
export const events = ringBuffer(Event, { bytes: 4096 });

export const onExec = rawTracepoint("sched_process_exec", () => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  const event = Event();
  event.parent = u32(task.realParent.tgid);
  event.grandparent = u32(task.realParent.realParent.tgid);
  const entity = task.se;
  event.weight = entity.load.weight;
  event.runtime = entity.sumExecRuntime;
  event.comm = task.comm;
  event.parentComm = task.realParent.comm;
  event.host = task.nsproxy.uts_ns.name.nodename;
  event.first = u32(task.comm[0]);
  events.output(event);
});
