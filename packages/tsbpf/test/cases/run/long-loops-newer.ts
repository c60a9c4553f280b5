// Long loops that change variables which stand for memory: from Linux 6.7 on a callback can.
// kernel: 6.7
import { arrayMap, hashMap, rawTracepoint, struct, u32, u64, type Value } from "tsbpf";

const Cell = struct({ a: u32, wide: u64 });
const cells = arrayMap(Cell, { maxEntries: 4 });
const counts = hashMap(u32, u64, { maxEntries: 16 });

export const pointers = rawTracepoint("sys_enter", (ctx) => {
  const x = u32(ctx.args[0]);
  let last: Value<typeof Cell> | undefined = undefined;
  let best = cells.get(x & 3);
  let count: u64 | undefined = undefined;
  for (let i = 0; i < 300_000; i++) {
    if (i > (x & 15)) break;
    const cell = cells.get((x + i) & 7);
    if (cell) {
      cell.a = u32(cell.a * 3 + i);
      last = cell;
    } else {
      best = undefined;
      if (i & 1) last = undefined;
    }
    counts.set(i & 3, u64(i));
    count = counts.get(i & 7);
  }
  if (last) last.wide = 7n;
  return u32((last ? last.a : 5) + (best ? best.a : 9)) + u32(count ?? 100n);
});
