// Loops of every shape that are short enough to be unrolled for kernels without loops.
import { array, range, rawTracepoint, struct, u32, u64, u8 } from "tsbpf";

const Cells = struct({ at: array(u32, 6) });

export const shapes = rawTracepoint("sched_process_exec", (ctx) => {
  const n = u8(ctx.args[0]) & 7;
  let total = 0;
  for (let i = 0; i < 5; i++) total += i * n;
  for (let i = 0; i < n; i++) total += 3;
  for (let i = 6; i > n; i -= 2) total += i;
  let left: u8 = n;
  while (left > 0) {
    left--;
    if (left === 3) continue;
    total += left;
  }
  let k = 0;
  do {
    k++;
    if (k === 2) continue;
    total += 10;
  } while (k < 4 && total < 100);
  let once = 20;
  do {
    total += 100;
    once++;
  } while (once < 2);
  for (const i of range(n)) total += i;
  for (const i of range(9, n, -3)) total += i;
  return total;
});

export const jumps = rawTracepoint("sched_process_exec", (ctx) => {
  const cells = Cells();
  for (let i = 0; i < 6; i++) cells.at[i] = u8(ctx.args[0] >> u64(i * 4)) & 15;
  let total = 0;
  outer: for (const cell of cells.at) {
    for (let i = 0; i < 4; i++) {
      if (cell === i + 9) continue outer;
      if (cell === 15) break outer;
      if (cell === 3) break;
      total += i;
    }
    if (cell === 5) return total;
    total += cell * 100;
  }
  return total + cells.at[u32(ctx.args[1])];
});

export const effects = rawTracepoint("sched_process_exec", (ctx) => {
  // The condition is evaluated once more after the last round.
  let n = 0;
  let total = 0;
  for (let i = 0; n++ >= 0 && i < 4; i++) total += i;
  let i: u8 = u8(ctx.args[0]) & 3;
  for (; i < 4; i++);
  return n * 1000 + total * 10 + i;
});
