// Long loops that cannot become callbacks of bpf_loop.
// kernel: 5.17
import {
  arrayMap, lsm, progArray, range, rawTracepoint, ringBuffer, struct, u32, u64, xdp, XdpAction, type Value,
} from "tsbpf";

const Event = struct({ a: u32, b: u64 });
const events = ringBuffer(Event, { bytes: 4096 });
const next = progArray({ maxEntries: 2 });
const cells = arrayMap(Event, { maxEntries: 4 });

export const rounds = rawTracepoint("sys_enter", (ctx) => {
  let sum = 0;
  for (let i = 0; i < 8_388_608; i++) sum = u32(sum + i); //~ TSB4002
  for (const i of range(u32(ctx.args[0]))) sum = u32(sum + i); //~ TSB4002
  return sum;
});

export const jumps = rawTracepoint("sys_enter", (ctx) => {
  let sum = 0;
  for (let i = 0; i < 800_000; i++) sum = u32(sum + i); //~ TSB4002
  next.tailCall(ctx, 1);
  return sum;
});

export const records = rawTracepoint("sys_enter", () => {
  using record = events.reserve();
  if (!record) return;
  for (let i = 0; i < 800_000; i++) { //~ TSB4002
    record.a = u32(record.a + i);
  }
  record.submit();
});

export const packets = xdp((ctx) => {
  const view = ctx.packet.view(0, Event);
  if (!view) return XdpAction.PASS;
  for (let i = 0; i < 800_000; i++) { //~ TSB4002
    view.a = u32(view.a + i);
  }
  return XdpAction.DROP;
});

export const pointers = rawTracepoint("sys_enter", () => {
  let last: Value<typeof Event> | undefined = undefined;
  for (let i = 0; i < 800_000; i++) { //~ TSB4002
    last = cells.get(i & 7);
  }
  return last === undefined ? 1 : 0;
});

function firstCell(): Value<typeof Event> | undefined {
  for (let i = 0; i < 800_000; i++) { //~ TSB4002
    const cell = cells.get(i & 7);
    if (cell && cell.a === 3) return cell;
  }
  return undefined;
}

export const found = rawTracepoint("sys_enter", () => (firstCell() ? 1 : 0));

export const wrong = rawTracepoint("sys_enter", () => {
  let sum = 0;
  for (let i = 0; i < 800_000; i++) {
    sum = u32(sum / 3.5 + i); //~ TSB2001
  }
  return sum;
});

export const hook = lsm("file_open", (ctx) => {
  for (let i = 0; i < 800_000; i++) { //~ TSB4002
    if (ctx.args[0] === u64(i)) return i > 5 ? -1 : 0;
  }
  return 0;
});
