// Events sent by copy: through a perf event array and a ring buffer, from the stack, from a map, made in place.
import { arrayMap, bpfGetCurrentPidTgid, bpfKtimeGetNs, bytes, perfEventArray, rawTracepoint, ringBuffer, struct, u16, u32, u64, u8 } from "tsbpf";

export const Event = struct({ tag: u8, pid: u32, at: u64, small: u16, pad: bytes(3) });
export const perf = perfEventArray(Event);
export const ring = ringBuffer(Event, { bytes: 4096 });
export const last = arrayMap(Event, { maxEntries: 1 });

export const send = rawTracepoint("sched_process_exec", (ctx) => {
  const event = Event({ tag: 5, at: bpfKtimeGetNs() });
  event.pid = u32(bpfGetCurrentPidTgid() >> 32n);
  const sent = perf.output(ctx, event);
  if (!ring.output(event)) return 1;
  last.set(0, event);
  const stored = last.get(0);
  if (stored) ring.output(stored);
  return sent ? ring.output(Event({ tag: 6 })) ? 2 : 3 : 4;
});

export const unwanted = rawTracepoint("sched_process_exec", (ctx): void => { perf.output(ctx, Event({ small: 9 })); });
