// Eight numbers through a sorting network, in place; and their median.
import { array, arrayMap, rawTracepoint, type RawTracepointContext, struct, u32, type Value } from "tsbpf";

const Samples = struct({ at: array(u32, 8), median: u32 });
export const samples = arrayMap(Samples, { maxEntries: 4 });

function order(s: Value<typeof Samples>, i: number, j: number): void {
  const low = s.at[i];
  const high = s.at[j];
  if (low <= high) return;
  s.at[i] = high;
  s.at[j] = low;
}

export const sort = rawTracepoint("sys_enter", (ctx: RawTracepointContext<[u32]>) => {
  const s = samples.get(ctx.args[0]);
  if (!s) return 0;
  order(s, 0, 1);
  order(s, 2, 3);
  order(s, 4, 5);
  order(s, 6, 7);
  order(s, 0, 2);
  order(s, 1, 3);
  order(s, 4, 6);
  order(s, 5, 7);
  order(s, 1, 2);
  order(s, 5, 6);
  order(s, 0, 4);
  order(s, 3, 7);
  order(s, 1, 5);
  order(s, 2, 6);
  order(s, 1, 4);
  order(s, 3, 6);
  order(s, 2, 4);
  order(s, 3, 5);
  order(s, 3, 4);
  s.median = u32((s.at[3] + s.at[4]) / 2);
  return s.median;
});
