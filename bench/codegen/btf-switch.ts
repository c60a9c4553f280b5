// Context switches with pointers that the kernel vouches for: how often each task was switched out, and why.
import { chars, type Chars, hashMap, i32, type Ptr, struct, tpBtf, type TpBtfContext, u64 } from "tsbpf";

interface bpfCoreTaskStruct {
  readonly pid: i32;
  readonly tgid: i32;
  readonly prio: i32;
  readonly comm: Chars<16>;
  readonly real_parent: Ptr<bpfCoreTaskStruct>;
}

const Stat = struct({ voluntary: u64, preempted: u64, lastPriority: i32, parent: i32, comm: chars(16) });
export const stats = hashMap(i32, Stat, { maxEntries: 16384 });

export const onSwitch = tpBtf(
  "sched_switch",
  (ctx: TpBtfContext<[boolean, Ptr<bpfCoreTaskStruct>, Ptr<bpfCoreTaskStruct>]>) => {
    const task = ctx.args[1];
    const pid = task.pid;
    if (pid === 0) return;
    let stat = stats.get(pid);
    if (!stat) {
      const first = Stat({ parent: task.real_parent.tgid });
      first.comm = task.comm;
      stats.set(pid, first);
      stat = stats.get(pid);
      if (!stat) return;
    }
    if (ctx.args[0]) stat.preempted += 1n;
    else stat.voluntary += 1n;
    stat.lastPriority = task.prio;
  },
);
