// Constants that the loader sets, and variables that all runs share.
import { array, bool, chars, constant, global, i32, rawTracepoint, struct, u32, u64, u8 } from "tsbpf";

const Limits = struct({ low: u32, high: u32 });
const State = struct({ last: u64, name: chars(8), seen: array(u32, 4) });

export const target = constant(u32, 0);
export const verbose = constant(bool, false);
export const limits = constant(Limits, { low: 10, high: 20 });
export const suffix = constant(chars(8), "none");

export const runs = global(u64);
export const level = global(i32, -5);
export const state = global(State, { name: "start" });
export const tiny = global(u8);

export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  runs.add(1n);
  const pid = u32(ctx.args[0]);
  if (target.value !== 0 && pid !== target.value) return 1;
  if (pid < limits.value.low || pid > limits.value.high) return 2;
  state.value.last = ctx.args[0];
  state.value.seen[pid & 3] += 1;
  tiny.value += 1;
  if (verbose.value) level.value += 2;
  return 100 + suffix.value[0];
});
