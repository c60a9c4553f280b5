// Functions that are called from many places: a small virtual machine's steps over a record, and a digest of it.
import { array, arrayMap, rawTracepoint, type RawTracepointContext, struct, u32, u64, type Value } from "tsbpf";

const Record = struct({ a: u64, b: u64, c: u64, steps: u32, history: array(u64, 8) });
export const records = arrayMap(Record, { maxEntries: 4 });

function scramble(x: u64, by: u64): u64 {
  let h: u64 = u64((x ^ by) * 0x9e3779b97f4a7c15n);
  h = u64((h ^ (h >> 30n)) * 0xbf58476d1ce4e5b9n);
  h = u64((h ^ (h >> 27n)) * 0x94d049bb133111ebn);
  return u64(h ^ (h >> 31n));
}

function step(record: Value<typeof Record>, operation: u32): void {
  switch (operation & 3) {
    case 0:
      record.a = scramble(record.a, record.b);
      break;
    case 1:
      record.b = scramble(record.b, record.c);
      break;
    case 2:
      record.c = scramble(record.c, record.a);
      break;
    default:
      record.a = u64(record.a + scramble(record.b, 7n));
  }
  record.history[record.steps & 7] = record.a;
  record.steps += 1;
}

export const advance = rawTracepoint("sys_enter", (ctx: RawTracepointContext<[u32, u32]>) => {
  const record = records.get(ctx.args[0]);
  if (!record) return 0;
  const program = ctx.args[1];
  step(record, program);
  step(record, program >>> 2);
  step(record, program >>> 4);
  step(record, program >>> 6);
  return u32(scramble(record.a, scramble(record.b, record.c)));
});
