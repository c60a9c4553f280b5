// Nothing in a program waits.
import { rawTracepoint, ringBuffer, struct, u32 } from "tsbpf";

const Event = struct({ pid: u32 });
export const events = ringBuffer(Event, { bytes: 4096 });

async function later(x: number): Promise<number> {
  return x;
}

function* several() {
  yield 1;
  return 2;
}

export const p = rawTracepoint("sched_process_exec", () => {
  later(5); //~ TSB1001
  several(); //~ TSB1001
  const soon = new Promise<number>(() => 1); //~ TSB1001
  const module = import("./module-nothing.js"); //~ TSB1001
  return 1;
});
