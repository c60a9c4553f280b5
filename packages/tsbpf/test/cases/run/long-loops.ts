// Loops of so many rounds that the verifier cannot walk through them: they become callbacks of bpf_loop.
// kernel: 5.17
import {
  array, arrayMap, bpfLoop, global, hashMap, i16, i64, range, rawTracepoint, struct, u16, u32, u64, u8,
} from "tsbpf";

const Cell = struct({ a: u32, b: i16, wide: u64, list: array(u16, 4) });
const Large = struct({ bytes: array(u8, 200_000), count: u32 });
const cells = arrayMap(Cell, { maxEntries: 4 });
const large = arrayMap(Large, { maxEntries: 1 });
const counts = hashMap(u32, u64, { maxEntries: 64 });
const runs = global(u64);

/** Few rounds where the data says so, many at most. */
export const conditions = rawTracepoint("sys_enter", (ctx) => {
  const n = u32(ctx.args[0]);
  let sum = 0;
  for (let i = 0; i < (n & 31) && i < 500_000; i++) sum = u32(sum * 3 + i + n);
  let value = u32(ctx.args[1]);
  let steps = 0;
  while (value !== 1 && steps < 300_000) {
    if (value === 0) break;
    value = value & 1 ? u32((value >>> 1) + 1) : value >>> 1;
    steps++;
  }
  let down = 400_000;
  do {
    down -= 3;
    if (down % 7 === (n & 7)) continue;
    sum = u32(sum + down);
  } while (down > 399_900 && down > 0);
  return u32(sum + steps * 1000 + down + value);
});

/** All rounds of it, seldom. */
export const whole = rawTracepoint("sys_enter", (ctx) => {
  if (ctx.args[0] !== 7n || ctx.args[1] !== 7n) return 1;
  let sum = 0;
  let wide: u64 = ctx.args[1];
  let isOdd = false;
  for (let i = 0; i < 12_000; i++) {
    for (let j = 0; j < 20; j++) sum = u32(sum * 3 + i);
    wide = u64((wide << 1n) ^ u64(sum));
    isOdd = !isOdd;
  }
  return u32(u64(sum) ^ wide ^ (wide >> 32n)) + (isOdd ? 1 : 2);
});

/** What the counter is behind the loop, for sized counters, steps and both directions. */
export const counters = rawTracepoint("sys_enter", (ctx) => {
  const stop = u32(ctx.args[0]) & 15;
  let i: u32 = 0;
  for (; i < 1_000_000; i += 7) if (i > stop * 10) break;
  let j: u32 = 2_000_000;
  for (; j > 3; j -= 5) if (j < 2_000_000 - stop) break;
  let k: u64 = 0n;
  for (; k < 900_000n; k++) if (k === u64(stop)) break;
  let m: i64 = 5n;
  while (m >= -700_000n) {
    m -= 3n;
    if (m < -i64(u64(stop))) break;
  }
  let rounds = 0;
  for (let a = 0, b = 9; a < 600_000 && b > 0; a++, b--) rounds += b;
  return u32(i + j * 3 + rounds + u32(k) * 5 + u32(m));
});

function find(key: u32): u32 {
  for (let i = 0; i < 200_000; i++) {
    if (i * i > key) return u32(i);
    if (i === 20) return 0xffff;
  }
  return 1;
}

function findWide(key: u64): u64 | undefined {
  for (let i: u64 = 1n; i < 200_000n; i++) {
    if (i > 12n) return undefined;
    if (i * i * i > key) return u64(i * 3n);
  }
  return 5n;
}

function isFound(key: u32): boolean {
  for (let i = 0; i < 100_000; i++) {
    if (i === (key & 15)) return (key & 16) !== 0;
    if (i > 11) return true;
  }
  return false;
}

function touch(key: u32): void {
  for (let i = 0; i < 100_000; i++) {
    runs.add(1n);
    if (i === (key & 3)) return;
  }
}

export const returns = rawTracepoint("sys_enter", (ctx) => {
  const x = u32(ctx.args[0]);
  runs.value = 0n;
  touch(x);
  for (let i = 0; i < 300_000; i++) {
    if (i === (x & 31)) return u32(find(x) + u32(findWide(ctx.args[1]) ?? 77n) + u32(runs.value)) + (isFound(x) ? 1 : 2);
    if (i > 25) return x;
  }
  return 3;
});

export const labels = rawTracepoint("sys_enter", (ctx) => {
  const x = u32(ctx.args[0]);
  let sum = 0;
  outer: for (let i = 0; i < 8; i++) {
    middle: for (let j = 0; j < 200_000; j++) {
      switch ((x + i + j) & 7) {
        case 0:
          continue outer;
        case 1:
          sum += 3;
          continue;
        case 2:
          break middle;
        case 3:
          sum += 5;
          break;
        case 4:
          if (i > 5) break outer;
      }
      sum = u32(sum * 2 + j);
      if (j > 9) break;
    }
    sum = u32(sum + 100);
  }
  block: {
    for (let i = 0; i < 500_000; i++) {
      if (i > (x & 7)) break block;
      sum = u32(sum + 7);
    }
    sum = 1;
  }
  return sum;
});

/** Loops in loops: whichever is too long, or all of them. */
export const nested = rawTracepoint("sys_enter", (ctx) => {
  const x = u32(ctx.args[0]);
  let sum = 0;
  for (let i = 0; i < 5000; i++) {
    if (i > (x & 3)) break;
    for (let j = 0; j < 1000; j++) {
      if (j > (x & 7)) break;
      sum = u32(sum * 3 + i + j);
    }
  }
  for (let i = 0; i < 400_000; i++) {
    if (i > (x & 3)) break;
    for (let j = 0; j < 400_000; j++) {
      if (j > 5) break;
      for (let k = 0; k < 4; k++) sum = u32(sum + i * j + k);
      if (sum % 11 === 3) return sum;
    }
    bpfLoop(3, (index) => {
      sum = u32(sum + index + i);
    });
  }
  return sum;
});

export const memory = rawTracepoint("sys_enter", (ctx) => {
  const cell = Cell({ a: u32(ctx.args[0]), b: -3 });
  const found = cells.get(u32(ctx.args[1]) & 3);
  if (!found) return 0;
  found.a = 1;
  found.list[3] = 0;
  let phase = 0;
  for (let i = 0; i < 300_000; i++) {
    if (i > 6) break;
    const own = Cell({ a: u32(i) });
    if (phase === 0) phase = 4;
    else if (phase === 4) phase = 9;
    else own.list[i & 3] = 7;
    cell.a = u32(cell.a * 3 + i + own.list[2] + own.a);
    cell.list[i & 3] = u16(cell.a);
    cell.list[i] = 5;
    cell.b = i16(cell.b - i);
    found.a = u32(found.a ^ cell.a);
    found.list[3] += 1;
    counts.set(i, u64(cell.a));
  }
  let kept: u64 = 0n;
  for (let i = 0; i < 500_000 && counts.has(i); i++) kept = u64(kept * 5n + (counts.get(i) ?? 0n));
  return u32(cell.a + cell.b * 3 + cell.list[2] + found.a + found.list[3] + phase) ^ u32(kept ^ (kept >> 32n));
});

export const sequences = rawTracepoint("sys_enter", (ctx) => {
  const x = u32(ctx.args[0]);
  const value = large.get(0);
  if (!value) return 0;
  value.bytes[3] = u8(x);
  value.bytes[11] = 9;
  let sum = 0;
  let at = 0;
  for (const byte of value.bytes) {
    sum = u32(sum * 5 + byte);
    if (at++ > 12) break;
  }
  for (const i of range(1_000_000)) {
    if (i > (x & 15)) break;
    sum = u32(sum + i);
  }
  const start = x & 255;
  for (const i of range(start, start + 2_000_000, 3)) {
    if (i > 300) return u32(sum + i);
    sum = u32(sum ^ i);
  }
  return sum;
});
