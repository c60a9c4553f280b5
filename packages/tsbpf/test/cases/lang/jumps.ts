// Jumps out of a scope that holds a record discard it on the way; a switch and labels lead where they say.
import { array, range, rawTracepoint, ringBuffer, struct, u32, u8 } from "tsbpf";

const Event = struct({ kind: u32, cells: array(u32, 4) });
const events = ringBuffer(Event, { bytes: 4096 });

export const schedSwitch = rawTracepoint("sched_switch", ({ args: [first, second] }) => {
  outer: for (const i of range(4)) {
    using event = events.reserve();
    if (!event) break;
    switch (u8(first) ^ i) {
      case 1:
        continue;
      case 2:
        break outer;
      case 3:
        event.kind = u32(second);
      default:
        for (const cell of event.cells) if (cell !== 0) continue outer;
        event.submit();
    }
  }
});
