// Pointers into maps that may be missing: whatever way TypeScript narrows them, the verifier has to follow.
import { array, arrayMap, rawTracepoint, struct, u32, u64, type Value } from "tsbpf";

const Stat = struct({ count: u64, last: u32, cells: array(u32, 4) });
const table = arrayMap(Stat, { maxEntries: 4 });
const slots = arrayMap(u32, { maxEntries: 4 });

export const walking = rawTracepoint("sched_process_exec", (ctx) => {
  let stat = table.get(0);
  for (let i = 0; i < 6; i++) {
    if (!stat) break;
    stat.count++;
    stat = table.get(i);
  }
  return stat ? 1 : 2;
});

function isThere(s: Value<typeof Stat> | undefined): s is Value<typeof Stat> {
  return s !== undefined;
}

export const guard = rawTracepoint("sched_process_exec", (ctx) => {
  const stat = table.get(u32(ctx.args[0]));
  if (isThere(stat)) stat.last = 4;
  if (!isThere(stat)) return 2;
  return stat.last;
});

export const choices = rawTracepoint("sched_process_exec", (ctx) => {
  const stat = table.get(u32(ctx.args[0]));
  const other = table.get(u32(ctx.args[1]));
  const chosen = ctx.args[2] > 4n ? stat : other;
  const n = (chosen?.last ?? 3) + (stat?.cells[1] ?? 7);
  const ok = stat && other ? 1 : 0;
  const all = stat !== undefined && other !== undefined && stat.last < other.last;
  if (all) return stat.last + other.last;
  return n + ok;
});

export const references = rawTracepoint("sched_process_exec", (ctx) => {
  const ref = slots.ref(u32(ctx.args[0]));
  const bad = !ref;
  if (bad) return 1;
  for (let i = 0; i < 5; i++) ref.value += i;
  const a = ref && ref.value > 3 ? ref.value : 0;
  const at = u32(ctx.args[1]);
  const stat = table.get(2);
  if (!stat) return 5;
  stat.cells[at] = stat.cells[ref.value] + 1;
  stat.cells[at & 3] ^= 5;
  for (let i = 0; i < 4; i++) stat.cells[i] += stat.cells[3 - i];
  return a;
});

export const manyWays = rawTracepoint("sched_process_exec", (ctx) => {
  const a = table.get(0);
  const b = table.get(1);
  const c = table.get(2);
  const d = table.get(u32(ctx.args[0]));
  if (!(a && b && (c || d))) return 0;
  const e = c ?? d;
  if (!e) return 9;
  e.last = 7;
  let sum = a.last + b.last;
  if (c) sum += c.last;
  if (d && (!c || c.last > 2)) sum += d.last;
  return sum;
});

export const best = rawTracepoint("sched_process_exec", (ctx) => {
  let best: Value<typeof Stat> | undefined;
  for (let i = 0; i < 4; i++) {
    const s = table.get(i);
    if (s && (!best || s.last > best.last)) best = s;
  }
  return (best ? best.last : 77) + u32(ctx.args[0] & 1n);
});
