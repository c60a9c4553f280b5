// A long loop is only advised to become calls of bpf_loop where it can.
import { arrayMap, rawTracepoint, ringBuffer, struct, u32 } from "tsbpf";

const Event = struct({ a: u32 });
const events = ringBuffer(Event, { bytes: 4096 });
const cells = arrayMap(u32, { maxEntries: 4 });

export const possible = rawTracepoint("sys_enter", () => {
  for (let i = 0; i < 100_000; i++) cells.set(i & 3, u32(i)); //~ TSB4002
});

export const impossible = rawTracepoint("sys_enter", () => {
  using record = events.reserve();
  if (!record) return;
  for (let i = 0; i < 800_000; i++) record.a = u32(record.a + i); //~ TSB4002
  for (let i = 0; i < 8_388_608; i++) cells.set(i & 3, u32(i)); //~ TSB4002
  record.submit();
});
