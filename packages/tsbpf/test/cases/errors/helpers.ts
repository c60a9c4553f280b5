// Helpers and what they take.
import {
  bpfForEachMapElem, bpfGetCurrentComm, bpfKtimeGetNs, bpfMapLookupElem, bpfMapUpdateElem, bpfProbeReadKernel,
  bpfRingbufReserveDynptr, bpfRingbufSubmit, bpfSkbLoadBytes, bpfTracePrintk, chars, hashMap, perfEventArray,
  rawTracepoint, ringBuffer, struct, u32, u64, u8,
} from "tsbpf";

const Event = struct({ pid: u32, comm: chars(16) });
const counts = hashMap(u32, u64, { maxEntries: 4 });
const events = perfEventArray(Event);
const ring = ringBuffer(Event, { bytes: 4096 });
const empty = {};

function nothing(): number {
  return 1;
}

export const p = rawTracepoint("sched_process_exec", (ctx) => {
  const event = Event();
  const x = u8(ctx.args[0]);
  bpfGetCurrentComm(ctx); //~ TSB5002
  bpfMapLookupElem(events, event); //~ TSB5021
  bpfMapLookupElem({ mapKind: "hash" }, u32(x)); //~ TSB5002
  bpfTracePrintk(ctx, 1n, 2n, 3n); //~ TSB5002
  events.output(empty, event); //~ TSB1003
  bpfProbeReadKernel(event, event); //~ TSB5002
  bpfMapUpdateElem(counts, ctx, 5n, 0n); //~ TSB5002
  bpfMapUpdateElem(counts, x, ctx.args, 0n); //~ TSB5002
  bpfSkbLoadBytes(ctx, 5, event); //~ TSB5003
  bpfForEachMapElem(counts, nothing, null, 0n); //~ TSB5004
  bpfRingbufReserveDynptr(ring, 5, 0n, event); //~ TSB5004
  bpfRingbufSubmit(event, 0n); //~ TSB5022
  return u32(bpfKtimeGetNs());
});
