// Atomic operations that CPU level v2 does not have.
// cpu: v2
import { global, rawTracepoint, u32 } from "tsbpf";

const count = global(u32);

export const program = rawTracepoint("sched_process_exec", () => {
  count.add(1);
  count.or(1); //~ TSB6007
  const before = count.fetchAdd(1); //~ TSB6007
  const other = count.compareExchange(1, 2); //~ TSB6007
});
