// Time off the CPU by task and name: from being switched out until being switched in.
import {
  bpfKtimeGetNs,
  chars,
  type Chars,
  hashMap,
  i32,
  type Ptr,
  rawTracepoint,
  type RawTracepointContext,
  struct,
  u32,
  u64,
} from "tsbpf";

interface bpfCoreTaskStruct {
  readonly pid: i32;
  readonly tgid: i32;
  readonly comm: Chars<16>;
}

const Key = struct({ pid: i32, tgid: i32, comm: chars(16) });
const Total = struct({ ns: u64, longest: u64, count: u32 });
export const outSince = hashMap(i32, u64, { maxEntries: 16384 });
export const totals = hashMap(Key, Total, { maxEntries: 16384 });

export const onSwitch = rawTracepoint(
  "sched_switch",
  (ctx: RawTracepointContext<[boolean, Ptr<bpfCoreTaskStruct>, Ptr<bpfCoreTaskStruct>]>) => {
    const now = bpfKtimeGetNs();
    const previous = ctx.args[1];
    const next = ctx.args[2];
    const out = previous.pid;
    if (out !== 0) outSince.set(out, now);
    const pid = next.pid;
    const since = outSince.get(pid);
    if (since === undefined) return;
    const ns = u64(now - since);
    outSince.delete(pid);
    if (ns < 1000n) return;
    const key = Key({ pid, tgid: next.tgid });
    key.comm = next.comm;
    const total = totals.get(key);
    if (!total) {
      totals.set(key, Total({ ns, longest: ns, count: 1 }));
      return;
    }
    total.ns += ns;
    total.count += 1;
    if (ns > total.longest) total.longest = ns;
  },
);
