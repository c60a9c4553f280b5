// A comment that turns TypeScript's check off.
import { rawTracepoint, struct, u32 } from "tsbpf";

const Point = struct({ x: u32 });

export const p = rawTracepoint("sched_process_exec", () => {
  const point = Point();
  // @ts-expect-error there is no y //~ TSB1001
  point.y = 1;
  return 1;
});
