// for and while with a bound the compiler can see.
import { array, rawTracepoint, struct, u16, u32, u64, u8 } from "tsbpf";

const Cells = struct({ at: array(u32, 8) });

export const counted = rawTracepoint("sched_process_exec", (ctx) => {
  let sum = u8(ctx.args[0]);
  let total = 0;
  for (let i = 0; i < 10; i++) total += i * sum;
  for (let i = 10; i > 0; i--) total -= i;
  for (let i = 0; i <= 20; i += 3) total += i;
  for (let i = 30; i >= 0; i -= 7) total += i;
  for (let i = 5; i < 5; i++) total += 1000000;
  for (let i = 9; 3 < i; --i) total += 2;
  return u32(total);
});

export const byVariable = rawTracepoint("sched_process_exec", (ctx) => {
  const n = u8(ctx.args[0]);
  let total = 0;
  for (let i = 0; i < n; i++) total += i;
  for (let i = 0; i < u32(ctx.args[1]) && i < 16; i++) total += 3;
  for (let i = 0; i < Math.min(u16(ctx.args[2]), 12); i++) total += 5;
  let left: u8 = u8(ctx.args[3]);
  while (left > 0) {
    total += left & 3;
    left--;
  }
  return u32(total);
});

export const nested = rawTracepoint("sched_process_exec", (ctx) => {
  const limit = u8(ctx.args[0]) % 8;
  let total = 0;
  for (let i = 0; i < 6; i++) {
    for (let j = i; j < 6; j++) {
      if (j === limit) continue;
      if (i === limit) break;
      total += i * 10 + j;
    }
    if (total > 200) break;
  }
  return total;
});

export const leaving = rawTracepoint("sched_process_exec", (ctx) => {
  const wanted = u8(ctx.args[0]) % 40;
  for (let i = 0; i < 32; i++) {
    if (i * i > wanted) return i;
  }
  return 99;
});

export const whileLoop = rawTracepoint("sched_process_exec", (ctx) => {
  let bits = u32(ctx.args[0]);
  let count = 0;
  let i = 0;
  while (i < 32 && bits !== 0) {
    count += bits & 1;
    bits = bits >>> 1;
    i++;
  }
  return count * 100 + i;
});

export const twoCounters = rawTracepoint("sched_process_exec", (ctx) => {
  let total = 0;
  for (let i = 0, j = 10; i < j && i < 10; i++, j--) total += j - i + u8(ctx.args[0]);
  return total;
});

export const sizedCounters = rawTracepoint("sched_process_exec", (ctx) => {
  let total = 0;
  for (let i: u8 = 0; i < 200; i++) total += i;
  for (let i: u16 = 300; i > 0; i -= 2) total += i & 1;
  for (let i: u64 = 0n; i < 10n; i++) total += u8(ctx.args[0] >> i);
  for (let i: u8 = 250; i < 255; i++) total += 7;
  return u32(total);
});

export const everyTarget = rawTracepoint("sched_process_exec", (ctx) => {
  const cells = Cells();
  for (let i = 0; i < cells.at.length; i++) cells.at[i] = i * u8(ctx.args[0]);
  for (let i = 1; i < 8; i++) cells.at[i] += cells.at[i - 1] ?? 0;
  let total = 0;
  for (let i = 7; i >= 0; i--) total = u32(total * 3 + cells.at[i]);
  return total;
});

export const outer = rawTracepoint("sched_process_exec", (ctx) => {
  // A variable of the loop's own is new in every round.
  let total = 0;
  for (let i = 0; i < 5; i++) {
    let seen = 0;
    const step = i + u8(ctx.args[0]);
    if (step > 100) seen = step;
    total += seen;
    let maybe: u32 | undefined;
    if (i === 2) maybe = 7;
    total += maybe ?? 1;
  }
  return total;
});

export const stopsByFlag = rawTracepoint("sched_process_exec", (ctx) => {
  let found = false;
  let at = 0;
  for (let i = 0; i < 8 && !found; i++) {
    found = ((ctx.args[0] >> u64(i * 8)) & 0xffn) === 0xffn;
    at = i;
  }
  return found ? at : 100 + at;
});

export const emptyBodies = rawTracepoint("sched_process_exec", (ctx) => {
  let i = 0;
  for (; i < 12; i++);
  for (let j = i, k = 0; k < 3; k++, j--) i = j;
  let j = u8(ctx.args[0]);
  for (let k = 0; k < 4; k++) if (j > 10) j = u8(j / 2);
  return i * 1000 + j;
});

export const counterAfterwards = rawTracepoint("sched_process_exec", (ctx) => {
  let i = 0;
  for (; i < 100; i += 7) {
    if (i > u8(ctx.args[0])) break;
  }
  return i;
});

export const hiddenLimits = rawTracepoint("sched_process_exec", (ctx) => {
  // The verifier forgets what a remainder or a quotient is bounded by.
  const n = u8(ctx.args[0]) % 10;
  let total = 0;
  for (let i = 0; i < n; i++) total += i;
  for (let i = 0; i <= u8(ctx.args[2] % 7n); i++) total += i * 2;
  return total;
});

export const hiddenStarts = rawTracepoint("sched_process_exec", (ctx) => {
  const n = u8(ctx.args[0]) % 10;
  let total = 0;
  for (let i = n; i > 0; i--) total += i * 3;
  for (let i = 20; i >= n; i -= 2) total += i;
  return total;
});

export const hiddenQuotients = rawTracepoint("sched_process_exec", (ctx) => {
  const q = Math.trunc(u32(ctx.args[1]) / 100000000);
  let total = 0;
  for (let i = q; i >= 0; i--) total += q;
  let j = 0;
  while (j < q && total < 500) {
    total += j;
    j++;
  }
  return total;
});

export const limited = rawTracepoint("sched_process_exec", (ctx) => {
  const cells = Cells();
  for (let i = 0; i < 8; i++) cells.at[i] = u32(i * i + 3);
  const count = Math.min(u32(ctx.args[0]), 8);
  let total = 0;
  for (let i = 0; i < count; i++) total += cells.at[i] * (i + 1);
  for (let i = 0, j = 0; i < count && j < u8(ctx.args[1]); i++, j += 2) total += cells.at[i] + j;
  return u32(total);
});

export const shortRounds = rawTracepoint("sched_process_exec", (ctx) => {
  let mixed = u32(ctx.args[0]);
  for (let bit = 0; bit < 32; bit++) mixed = u32((mixed >>> 1) ^ Math.imul(mixed & 1, 0xedb88320));
  let sum = 0;
  for (let i = 0; i < 4; i++) sum += u8(ctx.args[1] >> u64(i * 8));
  for (let i = 0; i < 7; i++) sum = u32(sum * 3 + 1);
  return u32(mixed ^ sum);
});

/** Limits that other counters move, and counters that are moved where they are compared. */
export const movedLimits = rawTracepoint("sched_process_exec", (ctx) => {
  const cells = Cells();
  for (let i = 0; i < 8; i++) cells.at[i] = u32(u8(ctx.args[0] >> u64(i * 7)) * 5) & 63;
  for (let i = 0; i < 8; i++) {
    for (let j = 0; j < 8 - 1 - i; j++) {
      const [left, right] = [cells.at[j], cells.at[j + 1]];
      if (left <= right) continue;
      cells.at[j] = right;
      cells.at[j + 1] = left;
    }
  }
  const n = u8(ctx.args[1]) & 7;
  let total = 0;
  for (let i = 0; i + 1 < 8; i++) total += cells.at[i + 1] - cells.at[i];
  for (let i = 0; i + 2 <= n; i += 2) total += cells.at[i] * 3;
  for (let i = n; i - 1 >= 0; i--) total += cells.at[i - 1] * (i + 1);
  for (let i: u8 = u8(0); 12 > i - 3; i++) for (let j = i; j - 1 < i + 2; j++) total += j;
  let k = 0;
  while (k - 5 < n - 1 && total < 100000) {
    total += k;
    k++;
  }
  return u32(total);
});
