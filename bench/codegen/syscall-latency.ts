// Time in each system call: entry to exit of a thread, kept as count, sum, smallest and largest.
import {
  bpfGetCurrentPidTgid,
  bpfKtimeGetNs,
  hashMap,
  i64,
  rawTracepoint,
  type RawTracepointContext,
  struct,
  u32,
  u64,
} from "tsbpf";

const Pending = struct({ id: u64, at: u64 });
const Stat = struct({ count: u64, errors: u64, ns: u64, least: u64, most: u64 });
export const pending = hashMap(u32, Pending, { maxEntries: 8192 });
export const stats = hashMap(u32, Stat, { maxEntries: 1024 });

export const onEnter = rawTracepoint("sys_enter", (ctx: RawTracepointContext<[u64, u64]>) => {
  pending.set(u32(bpfGetCurrentPidTgid()), Pending({ id: ctx.args[1], at: bpfKtimeGetNs() }));
});

export const onExit = rawTracepoint("sys_exit", (ctx: RawTracepointContext<[u64, i64]>) => {
  const thread = u32(bpfGetCurrentPidTgid());
  const entry = pending.get(thread);
  if (!entry) return;
  const ns = u64(bpfKtimeGetNs() - entry.at);
  const id = u32(entry.id);
  pending.delete(thread);
  const failed = ctx.args[1] < 0n;
  const stat = stats.get(id);
  if (!stat) {
    stats.set(id, Stat({ count: 1n, errors: failed ? 1n : 0n, ns, least: ns, most: ns }));
    return;
  }
  stat.count += 1n;
  if (failed) stat.errors += 1n;
  stat.ns += ns;
  if (ns < stat.least) stat.least = ns;
  if (ns > stat.most) stat.most = ns;
});
