// The set bits of a bitmap of 1024, and the first clear one.
import { array, arrayMap, rawTracepoint, type RawTracepointContext, struct, u32, u64 } from "tsbpf";

const Bitmap = struct({ words: array(u64, 16) });
export const bitmaps = arrayMap(Bitmap, { maxEntries: 4 });

function popcount(word: u64): u64 {
  let n: u64 = u64(word - ((word >> 1n) & 0x5555555555555555n));
  n = u64((n & 0x3333333333333333n) + ((n >> 2n) & 0x3333333333333333n));
  n = u64((n + (n >> 4n)) & 0x0f0f0f0f0f0f0f0fn);
  return u64((n * 0x0101010101010101n) >> 56n);
}

export const count = rawTracepoint("sys_enter", (ctx: RawTracepointContext<[u32]>) => {
  const bitmap = bitmaps.get(ctx.args[0]);
  if (!bitmap) return 0;
  let total: u64 = 0n;
  for (let i = 0; i < 16; i++) total = u64(total + popcount(bitmap.words[i]));
  return u32(total);
});

export const firstClear = rawTracepoint("sys_enter", (ctx: RawTracepointContext<[u32]>) => {
  const bitmap = bitmaps.get(ctx.args[0]);
  if (!bitmap) return 0;
  for (let i = 0; i < 16; i++) {
    const word = bitmap.words[i];
    if (word !== 0xffffffffffffffffn) return i * 64 + u32(popcount(u64(word & ~(word + 1n))));
  }
  return 1024;
});
