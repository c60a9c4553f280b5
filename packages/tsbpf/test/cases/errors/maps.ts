// Maps and records.
import {
  array, arrayMap, bytes, chars, hashMap, perCpuArray, perfEventArray, rawTracepoint, ringBuffer, struct, u32, u64, u8,
} from "tsbpf";

const Event = struct({ pid: u32, comm: chars(16) });
const events = ringBuffer(Event, { bytes: 4096 });
const perf = perfEventArray(Event);
const counts = hashMap(u32, u64, { maxEntries: 16 });
const table = arrayMap(Event, { maxEntries: 16 });
const badSize = ringBuffer(Event, { bytes: 5000 }); //~ TSB6002
const noEntries = hashMap(u32, u64, { maxEntries: 0 }); //~ TSB6002
const tooMany = hashMap(u32, u64, { maxEntries: 2 ** 30 }); //~ TSB6002
const empty = struct({}); //~ TSB6002
const badLength = bytes(0); //~ TSB6002
const badName = struct({ $a: u32 }); //~ TSB7007
const $map = hashMap(u32, u32, { maxEntries: 1 }); //~ TSB7007
export const nameless = perfEventArray(struct({ pid: u32 })); //~ TSB6002
const sizes = { maxEntries: 5 };
const list = [hashMap(u32, u64, { maxEntries: 4 })]; //~ TSB7005

function rename(map: typeof counts): void {
  map = counts; //~ TSB3006
}

export const methods = rawTracepoint("sched_process_exec", (ctx) => {
  const key = u32(ctx.args[0]);
  const ref = table.ref(0); //~ TSB1003
  const inside = hashMap(u32, u64, { maxEntries: 4 }); //~ TSB7005
  const schema = struct({ a: u32 }); //~ TSB7005
  const scalar = array(u32, 4); //~ TSB7005
  let changing = counts; //~ TSB1003
  const either = key ? counts : table; //~ TSB1003
  rename(counts);
  return key;
});
