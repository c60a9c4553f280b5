// What callbacks count, in programs for Linux 6.7 and later: nothing that depends on it makes the verifier count too.
// kernel: 6.7
import { array, arrayMap, bpfLoop, global, hashMap, rawTracepoint, struct, u16, u32, u64, u8 } from "tsbpf";

const Row = struct({ cells: array(u16, 4), at: u8, total: u64 });
const counts = hashMap(u32, u64, { maxEntries: 8 });
const rows = arrayMap(Row, { maxEntries: 3 });
const shared = global(Row);

export const counted = rawTracepoint("sched_process_exec", (ctx) => {
  const x = u32(ctx.args[0]);
  for (let i = 0; i < 5; i++) counts.set(i * 7, u64(x + i));
  let small: u8 = u8(x);
  let large = 0;
  counts.forEach((value, key) => {
    small = u8(small + 1);
    if (value > 3n) large += key;
  });
  shared.value.cells[small & 3] = u16(large);
  const row = Row({ at: u8(small & 1) });
  row.cells[row.at + 1] = u16(small);
  return u32(row.cells[small & 3] * 31 + shared.value.cells[(small & 1) + 1] + large);
});

export const changedRow = rawTracepoint("sched_process_exec", (ctx) => {
  const row = Row({ at: u8(ctx.args[0]) });
  let turns = 0;
  rows.forEach((stored, index) => {
    row.at = u8(row.at + index + 1);
    row.total = u64(row.total + stored.total + 3n);
    stored.at = row.at;
    turns++;
  });
  row.cells[row.at & 3] = u16(turns);
  bpfLoop(u32(row.total & 15n), (index) => {
    row.cells[index & 3] = u16(row.cells[index & 3] + index);
    turns = u32(turns * 3 + index);
  });
  const place = row.cells[turns & 3];
  if (row.at > 200) turns += 5;
  return u32(turns + place + row.cells[(row.at & 1) + 2] * 7);
});
