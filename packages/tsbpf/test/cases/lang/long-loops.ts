// Loops that are too long for the verifier, as callbacks of bpf_loop: with records, packets, kernel memory and ways out.
// kernel: 5.17
import {
  array, arrayMap, bpfGetCurrentTask, cgroupConnect4, globalFunction, rawTracepoint, ringBuffer, struct, u32, u8, xdp, XdpAction,
  type i32, type Ptr,
} from "tsbpf";

interface bpfCoreTaskStruct {
  readonly tgid: i32;
  readonly real_parent: Ptr<bpfCoreTaskStruct>;
}

const Event = struct({ a: u32, list: array(u32, 4) });
const Table = struct({ values: array(u32, 100_000) });
export const events = ringBuffer(Event, { bytes: 65536 });
const tables = arrayMap(Table, { maxEntries: 1 });

/** The place of a value in a long table: a loop that returns. */
export const search = rawTracepoint("sched_process_exec", (ctx) => {
  const table = tables.get(0);
  if (!table) return 1;
  let at = 0;
  for (const value of table.values) {
    if (value === u32(ctx.args[0])) return at;
    at++;
  }
  return 2;
});

/** Each round holds a record, and ends it whatever way it leaves. */
export const records = rawTracepoint("sched_process_exec", (ctx) => {
  const x = u32(ctx.args[0]);
  let sent = 0;
  for (let i = 0; i < 100_000; i++) {
    using record = events.reserve();
    if (!record) return 1000;
    record.a = u32(i);
    if (i > (x & 7)) break;
    if (i === 5) return 77;
    if ((i & 1) === 0) continue;
    record.submit();
    sent++;
  }
  return sent;
});

/** Up the tree of processes. */
export const ancestors = rawTracepoint("sched_process_exec", () => {
  let task = bpfGetCurrentTask<bpfCoreTaskStruct>().tgid;
  let depth = 0;
  for (let i = 0; i < 60_000; i++) {
    const parent = bpfGetCurrentTask<bpfCoreTaskStruct>().real_parent;
    if (parent.tgid === task || i > 3) break;
    task = parent.tgid;
    depth++;
  }
  return depth;
});

export const sumTo = globalFunction((end: u32): u32 => {
  let sum: u32 = 0;
  for (let i = 0; i < end && i < 1_000_000; i++) sum = u32(sum + i);
  return sum;
});

/** The first byte of a packet that is not zero. */
export const bytes = xdp((ctx) => {
  for (let i = 14; i < 60_000; i++) {
    const byte = ctx.packet.view(i & 0x7fff, u8);
    if (byte === undefined) return XdpAction.PASS;
    if (byte !== 0) return sumTo(u32(byte)) === 6 ? XdpAction.DROP : XdpAction.TX;
  }
  return XdpAction.ABORTED;
});

/** What a control group's program answers must be seen to be a boolean. */
export const allowed = cgroupConnect4((ctx) => {
  let isAllowed = true;
  for (let i = 0; i < 100_000; i++) {
    if (i > (ctx.userPort & 31)) return (ctx.userIp4 & 1) === 0;
    if (i === 20) isAllowed = false;
  }
  return isAllowed;
});
