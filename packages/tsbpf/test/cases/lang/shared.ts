// Counters that many CPUs change at once.
// cpu: v3 v4
import { global, hashMap, rawTracepoint, ref, struct, u32, u64 } from "tsbpf";

const Pair = struct({ low: u32, high: u64 });

export const added = global(u64);
export const fetched = global(u32);
export const swapped = global(u64);
export const pair = global(Pair);
export const counts = hashMap(u32, u64, { maxEntries: 4 });

export const count = rawTracepoint("sched_process_exec", () => {
  added.add(3n);
  const before = fetched.fetchAdd(1);
  ref(pair.value, "low").xor(before);
  ref(pair.value, "high").add(1n);
  counts.ref(1)?.fetchAdd(2n);
  for (let i = 0; i < 64; i++) {
    const seen = swapped.value;
    if (swapped.compareExchange(seen, u64(seen + 1n)) === seen) return 0;
  }
  return 1;
});
