// A map by another name: a local `const`, and the parameter of a function.
// kernel: 5.13
import { hashMap, rawTracepoint, u32, u64, type HashMap } from "tsbpf";

export const first = hashMap(u32, u64, { maxEntries: 8 });
export const second = hashMap(u32, u64, { maxEntries: 8 });

function count(map: HashMap<u32, u64>, key: u32): u64 {
  if (!map.has(key)) map.set(key, 5n);
  map.ref(key)?.add(1n);
  let sum: u64 = 0n;
  for (let i = 0; i < 4; i++) sum = u64(sum + (map.get(u32(i)) ?? 1n));
  map.forEach((value, at) => {
    if (at !== key) map.delete(at);
  });
  return sum;
}

export const names = rawTracepoint("sched_process_exec", (ctx) => {
  const key = u32(u32(ctx.args[0]) & 3);
  const other = second;
  other.set(u32(key ^ 1), ctx.args[1]);
  const sum = u64(count(first, key) + count(other, key));
  return u32(sum);
});
