// Page faults of user space: writes, instruction fetches and the rest, by process name.
import { bpfGetCurrentComm, chars, hashMap, rawTracepoint, type RawTracepointContext, struct, u64 } from "tsbpf";

const Name = struct({ comm: chars(16) });
const Faults = struct({ reads: u64, writes: u64, fetches: u64, protection: u64, lowest: u64 });
export const faults = hashMap(Name, Faults, { maxEntries: 4096 });

// arch/x86/include/asm/trap_pf.h
const present = 1n;
const write = 2n;
const fetch = 16n;

export const onFault = rawTracepoint("page_fault_user", (ctx: RawTracepointContext<[u64, u64, u64]>) => {
  const address = ctx.args[0];
  const code = ctx.args[2];
  const name = Name();
  bpfGetCurrentComm(name.comm);
  let entry = faults.get(name);
  if (!entry) {
    faults.set(name, Faults({ lowest: address }));
    entry = faults.get(name);
    if (!entry) return;
  }
  if ((code & fetch) !== 0n) entry.fetches += 1n;
  else if ((code & write) !== 0n) entry.writes += 1n;
  else entry.reads += 1n;
  if ((code & present) !== 0n) entry.protection += 1n;
  if (address < entry.lowest) entry.lowest = address;
});
