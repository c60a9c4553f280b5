// kernel: 5.17
// Frames that fit one by one, and are too large together: what is too much moves into a map. Functions that the
// verifier looks at by themselves, and callbacks, cannot be copied instead.
import { array, bpfLoop, globalFunction, hashMap, rawTracepoint, struct, u32, u64, u8 } from "tsbpf";

const Key = struct({ parts: array(u64, 38) });
const seen = hashMap(Key, u32, { maxEntries: 64 });

const note = globalFunction((x: u32, y: u32): u32 => {
  const key = Key();
  key.parts[3] = u64(x & 3);
  key.parts[37] = u64(y & 1);
  const before = seen.get(key) ?? 0;
  seen.set(key, u32((before ^ x) + (y >>> 3)));
  return u32(before + (seen.get(key) ?? 9));
});

export const called = rawTracepoint("sys_enter", (ctx) => {
  const x = u32(u8(ctx.args[0]));
  const key = Key();
  key.parts[1] = u64(x & 7);
  seen.set(key, note(x, u32(ctx.args[1])));
  key.parts[2] = u64(note(u32(x + 1), 5) & 3);
  return u32((seen.get(key) ?? 77) + note(7, x));
});

export const calledBack = rawTracepoint("sys_enter", (ctx) => {
  const x = u32(u8(ctx.args[0]));
  const key = Key();
  key.parts[4] = u64(x & 3);
  let sum: u32 = 0;
  bpfLoop(5, (index) => {
    const own = Key();
    own.parts[5] = u64((index + x) & 3);
    const before = seen.get(own) ?? 1;
    seen.set(own, u32(before * 3 + index));
    sum = u32(sum + (seen.get(own) ?? 4));
  });
  seen.set(key, sum);
  return u32(sum * 2 + (seen.get(key) ?? 3));
});
