// Helpers take the maps they are for, all of a key's and a value's bytes, and objects that are there.
import {
  arrayMap, bpfGetSocketCookie, bpfMapLookupElem, bpfMapPopElem, bpfMapUpdateElem, bpfPerfEventOutput, bpfRingbufQuery,
  bpfRingbufReserve, bpfSkbUnderCgroup, bpfSkLookupTcp, bpfStrtol, bpfTailCall, bpfTcpRawCheckSyncookieIpv4, bytes, chars, hashMap,
  perfEventArray, progArray, queue, rawTracepoint, ringBuffer, struct, syscall, tc, TcAction, tpBtf, u32, u64, u8,
} from "tsbpf";

const Event = struct({ pid: u32, text: chars(16), tail: bytes(12) });
const Wide = struct({ a: u64, b: u64 });
export const table = arrayMap(Event, { maxEntries: 4 });
export const pairs = hashMap(Wide, Wide, { maxEntries: 4 });
export const work = queue(Wide, { maxEntries: 4 });
export const events = perfEventArray(Event);
export const ring = ringBuffer(Event, { bytes: 4096 });
export const next = progArray({ maxEntries: 4 });

export const maps = rawTracepoint("sched_process_exec", (ctx) => {
  const event = Event({ pid: 1 });
  bpfRingbufQuery(events, 0n); //~ TSB5021
  bpfPerfEventOutput(ctx, ring, 0n, event); //~ TSB5021
  bpfMapLookupElem(work, 1); //~ TSB5021
  bpfMapPopElem(table, event); //~ TSB5021
  bpfRingbufReserve(ring, 8n, 0n); //~ TSB5022
  bpfTailCall(ctx, next, 0); //~ TSB5022
});

export const sizes = rawTracepoint("sched_process_exec", () => {
  const event = Event({ pid: 1 });
  const wide = Wide({ a: 1n });
  bpfMapLookupElem(pairs, u8(1)); //~ TSB5002
  bpfMapUpdateElem(pairs, wide, event.tail, 0n); //~ TSB5002
  bpfMapPopElem(work, event.tail); //~ TSB5002
  bpfStrtol("12", 0n, event.text); //~ TSB5002
  bpfStrtol("12", 0n, event.tail); //~ TSB5002
});

export const sockets = tc("ingress", (ctx) => {
  const event = Event({ pid: 1 });
  bpfSkLookupTcp(ctx, event.tail, 0n, 0n); //~ TSB5023
  bpfSkbUnderCgroup(ctx, events, 0); //~ TSB5021
  bpfTcpRawCheckSyncookieIpv4("text", event.tail); //~ TSB5002
  return TcAction.OK;
});

export const cookies = tpBtf("sched_process_exec", (ctx) => {
  bpfGetSocketCookie(ctx); //~ TSB5004
});

export const waiting = syscall(Event, (ctx) => {
  work.push(Wide({ a: 1n })); //~ TSB6011
  return table.get(0)?.pid ?? 0;
});
