// Indices: checks where they are needed, none where the verifier sees that they are not.
import { array, rawTracepoint, struct, u16, u32, u8 } from "tsbpf";

const Table = struct({ cells: array(u32, 16), marks: array(u8, 256) });

export const checked = rawTracepoint("sched_process_exec", (ctx) => {
  const table = Table();
  const at = u32(ctx.args[0]);
  table.cells[at] = 1;
  return table.cells[at % 16];
});

export const masked = rawTracepoint("sched_process_exec", (ctx) => {
  const table = Table();
  const at = u32(ctx.args[0]) & 15;
  table.cells[at] += 1;
  return table.marks[u8(ctx.args[1])];
});

export const counted = rawTracepoint("sched_process_exec", (ctx) => {
  const table = Table();
  for (let i = 0; i < 16; i++) table.cells[i] = u16(ctx.args[0]) + i;
  let sum = 0;
  for (let i = 15; i > 0; i--) sum += table.cells[i - 1];
  return u32(sum);
});
