// What a callback cannot do.
// kernel: 5.17
import {
  arrayMap, bpfLoop, progArray, rawTracepoint, ringBuffer, struct, u32, xdp, XdpAction,
} from "tsbpf";

const Event = struct({ a: u32 });
const events = ringBuffer(Event, { bytes: 4096 });
const next = progArray({ maxEntries: 2 });
const cells = arrayMap(Event, { maxEntries: 4 });

function again(index: u32): boolean {
  bpfLoop(index, again); //~ TSB4003
  return false;
}

export const jumps = rawTracepoint("sys_enter", (ctx) => {
  bpfLoop(4, (index) => index > 2); //~ TSB4008
  next.tailCall(ctx, 1);
});

export const records = rawTracepoint("sys_enter", (ctx) => {
  using record = events.reserve();
  if (!record) return;
  bpfLoop(4, (index) => {
    record.a = index; //~ TSB4009
  });
  record.submit();
});

export const packets = xdp((ctx) => {
  const port = ctx.packet.view(0, Event);
  if (!port) return XdpAction.PASS;
  bpfLoop(4, (index) => {
    port.a = index; //~ TSB4009
  });
  return XdpAction.DROP;
});

export const deep = rawTracepoint("sys_enter", (ctx) => {
  let n = 0;
  bpfLoop(2, () => {
    bpfLoop(2, () => { //~ TSB4007
      bpfLoop(2, () => {
        bpfLoop(2, () => {
          bpfLoop(2, () => {
            bpfLoop(2, () => {
              bpfLoop(2, () => {
                bpfLoop(2, () => {
                  n++;
                });
              });
            });
          });
        });
      });
    });
  });
  return n;
});

export const others = rawTracepoint("sys_enter", (ctx) => {
  bpfLoop(3, again);
  cells.forEach((cell) => {
    while (cell.a > 3) cell.a -= 1; //~ TSB4001
  });
});
