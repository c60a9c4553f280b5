// A histogram: a counter in a hash map by a struct, updated in place, with a bounded loop.
import { bpfGetCurrentPidTgid, bpfKtimeGetNs, hashMap, rawTracepoint, struct, u32, u64, u8, type Value } from "tsbpf";

const Key = struct({ pid: u32, slot: u8 });
const Stat = struct({ count: u64, total: u64 });

export const started = hashMap(u32, u64, { maxEntries: 1024 });
export const stats = hashMap(Key, Stat, { maxEntries: 1024 });

function slotOf(ns: u64): number {
  let slot = 0;
  for (let rest = ns, i = 0; i < 20 && rest > 1000n; i++) {
    rest = u64(rest >> 1n);
    slot++;
  }
  return slot;
}

function add(stat: Value<typeof Stat>, ns: u64): void {
  stat.count++;
  stat.total += ns;
}

export const finished = rawTracepoint("sched_process_exec", () => {
  const pid = u32(bpfGetCurrentPidTgid());
  const since = started.get(pid);
  if (since === undefined) {
    started.set(pid, bpfKtimeGetNs());
    return;
  }
  const ns = u64(bpfKtimeGetNs() - since);
  const key = Key({ pid, slot: u8(slotOf(ns)) });
  const stat = stats.get(key);
  if (stat) add(stat, ns);
  else stats.set(key, Stat({ count: 1n, total: ns }));
  started.delete(pid);
});
