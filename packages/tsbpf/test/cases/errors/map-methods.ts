// A method that only the user's own declaration has.
import { hashMap, rawTracepoint, u32, u64 } from "tsbpf";

declare module "tsbpf" { //~ TSB1001
  interface HashMap<K, V, DK, DV> {
    clear(): void;
  }
}

const counts = hashMap(u32, u64, { maxEntries: 4 });

export const p = rawTracepoint("sched_process_exec", () => {
  counts.clear(); //~ TSB6001
  return 1;
});
