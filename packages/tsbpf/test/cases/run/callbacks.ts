// Functions that the kernel calls back, and what they use of the function around them.
// kernel: 5.17
import {
  array, arrayMap, bpfLoop, constant, global, hashMap, i16, i64, lruHashMap, perCpuArray, perCpuHashMap, rawTracepoint, struct, u16, u32, u64, u8, type Value,
} from "tsbpf";

const Cell = struct({ a: u32, b: i16, wide: u64, list: array(u16, 4) });
const Key = struct({ left: u32, right: u32 });
const cells = arrayMap(Cell, { maxEntries: 4 });
const numbers = arrayMap(u64, { maxEntries: 5 });
const perCpu = perCpuArray(u32, { maxEntries: 3 });
const counts = hashMap(u32, u64, { maxEntries: 8 });
const pairs = hashMap(Key, Cell, { maxEntries: 8 });
const recent = lruHashMap(u32, u32, { maxEntries: 16 });
const own = perCpuHashMap(u16, u32, { maxEntries: 8 });
const rounds = global(u64);
const noRounds = constant(u32, 0);

export const sums = rawTracepoint("sys_enter", (ctx) => {
  const x = u32(ctx.args[0]);
  const limit = u8(ctx.args[1]);
  let sum = 0;
  let wide: u64 = ctx.args[2];
  let narrow: u8 = 7;
  let last = false;
  const done = bpfLoop(u32(x & 15), (index) => {
    sum = u32(sum + index * 3 + x);
    wide = u64((wide << 1n) ^ u64(sum));
    narrow = u8(narrow * 3 + index);
    last = !last;
    return sum % 97 === limit % 97;
  });
  return u32(u64(sum) ^ wide ^ (wide >> 32n)) ^ narrow ^ (last ? 1 : 2) ^ u32(done);
});

export const stopping = rawTracepoint("sys_enter", (ctx) => {
  const limit = u32(ctx.args[0]) & 63;
  let seen = 0;
  const first = bpfLoop(40, (index) => {
    seen++;
    return index >= limit;
  });
  const none = bpfLoop(0, () => true);
  const tooMany = bpfLoop(u32(8388609 + limit), () => {
    seen = 1000000;
  });
  return u32(first) * 1000 + seen + u32(none) + (tooMany < 0n ? 5 : 7);
});

/** The verifier knows that this callback is never called. */
export const never = rawTracepoint("sys_enter", (ctx) => {
  const x = u32(ctx.args[0]);
  let seen = 3;
  const done = bpfLoop(noRounds.value, (index) => {
    seen = u32(seen + index + x);
    return seen > 50;
  });
  return seen * 5 + u32(done);
});

export const literallyNever = rawTracepoint("sys_enter", (ctx) => {
  let seen = u8(ctx.args[0]);
  bpfLoop(0, () => {
    seen = 9;
  });
  return seen;
});

export const memory = rawTracepoint("sys_enter", (ctx) => {
  const cell = Cell({ a: u32(ctx.args[0]), b: -3 });
  const found = cells.get(u32(ctx.args[1]) & 3);
  if (!found) return 0;
  found.a = 1;
  found.list[3] = 0;
  bpfLoop(5, (index) => {
    cell.a = u32(cell.a * 3 + index);
    cell.list[index & 3] = u16(cell.a);
    cell.b = i16(cell.b - index);
    found.a = u32(found.a ^ cell.a);
    found.list[3] += 1;
    rounds.add(1n);
  });
  return u32(cell.a + cell.b * 3 + cell.list[2] + found.a + found.list[3]);
});

/** What one round leaves decides what the next one does, and what comes after the last. */
export const remembered = rawTracepoint("sys_enter", (ctx) => {
  const state = Cell({ b: 1 });
  let isFirst = true;
  let phase = 0;
  bpfLoop(u32(ctx.args[0]) & 7, (index) => {
    if (isFirst) {
      isFirst = false;
      state.wide = 3n;
    } else if (state.b === 1) {
      state.b = 2;
      phase = 5;
    } else if (phase === 5) {
      state.list[1] = u16(index);
      phase = 6;
    } else {
      state.a += 1;
    }
  });
  if (isFirst) return 1000;
  const kind = phase === 6 ? 3 : phase === 5 ? 4 : 5;
  return u32(state.a + state.b * 10 + state.list[1] * 100 + u32(state.wide) * 1000) + kind;
});

export const contexts = rawTracepoint("sys_enter", (ctx) => {
  let sum: u64 = 0n;
  bpfLoop(6, (index) => {
    sum = u64(sum * 3n + (index & 1 ? ctx.args[0] : ctx.args[3]));
    if (index === 4) return true;
    sum ^= ctx.args[2];
  });
  return u32(sum ^ (sum >> 32n));
});

export const nested = rawTracepoint("sys_enter", (ctx) => {
  const x = u32(ctx.args[0]);
  let total = u32(ctx.args[1]);
  let inner = 0;
  bpfLoop(4, (i) => {
    let row = 0;
    bpfLoop(u32(i + 2), (j) => {
      row = u32(row + i * 10 + j + (x & 7));
      inner++;
      if (row > 60) return true;
    });
    for (let k = 0; k < 3; k++) total = u32(total * 5 + row + k);
  });
  return u32(total + inner);
});

function long(x: u32, y: u32): u32 {
  const a = Math.imul(x, 0x9e3779b1) ^ (y >>> 15);
  const b = Math.imul(a ^ (x >>> 13), 0x85ebca6b);
  return u32(b ^ (b >>> 16) ^ (x << 3) ^ (y << 7) ^ (a & 0xff00) ^ (a >>> 3));
}

function countRound(index: u32): boolean {
  rounds.add(u64(index + 1));
  return index === 6;
}

function inFunction(x: u32): u32 {
  let best = 0;
  bpfLoop(3, (index) => {
    const next = long(u32(x + index), 5);
    if (next > best) best = next;
  });
  return u32(best);
}

export const functions = rawTracepoint("sys_enter", (ctx) => {
  const x = u32(ctx.args[0]);
  let sum = x;
  rounds.value = 3n;
  bpfLoop(5, (index) => {
    sum = long(sum, index);
  });
  const done = bpfLoop(u32(x & 15), countRound);
  return u32(sum + u32(done) * 3 + u32(rounds.value) + inFunction(x) + inFunction(sum) + long(x, 3) + long(sum, x));
});

export const missing = rawTracepoint("sys_enter", (ctx) => {
  const x = u32(ctx.args[0]);
  const cell = cells.get(x & 7);
  let found: u64 | undefined = counts.get(9999);
  let nothing: Value<typeof Cell> | undefined = undefined;
  if (cell) cell.wide = 5n;
  bpfLoop(4, (index) => {
    if (cell) cell.wide = u64(cell.wide * 3n + u64(index));
    if (found === undefined) {
      if (index === (x & 3)) found = u64(index + 7);
    } else found = u64(found * 2n);
  });
  return u32((cell ? cell.wide : 9n) + (found ?? 100n)) + (nothing === undefined ? 1 : 0);
});

export const arrays = rawTracepoint("sys_enter", (ctx) => {
  const x = u32(ctx.args[0]);
  for (let i = 0; i < 5; i++) numbers.set(i, u64(x + i * 7));
  for (let i = 0; i < 3; i++) perCpu.set(i, u32(x ^ i));
  let sum: u64 = 0n;
  let visited = 0;
  numbers.forEach((value, index) => {
    sum = u64(sum * 3n + value + u64(index));
    visited++;
    return index === (x & 7);
  });
  perCpu.forEach((value, index) => {
    sum = u64(sum * 5n + u64(value) + u64(index));
  });
  cells.forEach((cell, index) => {
    cell.a = u32(x + index);
    cell.list[index & 3] = 5;
  });
  cells.forEach((cell) => {
    sum = u64(sum ^ u64(cell.a * 3 + cell.list[1]));
  });
  return u32(sum ^ (sum >> 32n)) + visited;
});

export const hashes = rawTracepoint("sys_enter", (ctx) => {
  const x = u32(ctx.args[0]);
  for (let i = 0; i < 6; i++) counts.set(i * 3, u64(x ^ i));
  for (let i = 0; i < 4; i++) pairs.set(Key({ left: i, right: u32(x + i) & 3 }), Cell({ a: i, wide: u64(x) }));
  for (let i = 0; i < 5; i++) recent.set(i, u32(x + i));
  for (let i = 0; i < 3; i++) own.set(i * 100, u32(x * i));
  let sum: u64 = 0n;
  counts.forEach((value, key) => {
    sum = u64(sum + value * u64(key + 1));
    if (key === 6) counts.delete(key);
  });
  pairs.forEach((cell, { left, right }) => {
    cell.a = u32(cell.a + left * 5);
    sum = u64(sum + u64(cell.a * 7 + right) + cell.wide);
  });
  pairs.forEach((cell, key) => {
    key.left = 77;
    sum = u64(sum + u64(cell.a + key.left));
  });
  recent.forEach((value, key) => {
    sum = u64(sum + u64(value) * 3n + u64(key));
  });
  own.forEach((value, key) => {
    sum = u64(sum + u64(value) + u64(key));
  });
  let left = 0;
  counts.forEach(() => {
    left++;
  });
  for (let i = 0; i < 4; i++) pairs.delete(Key({ left: i, right: u32(x + i) & 3 }));
  counts.delete(9999);
  return u32(sum ^ (sum >> 32n)) + left * 3;
});

/** A boolean that a callback changes is one behind it too. */
export const flagged = rawTracepoint("sys_enter", (ctx) => {
  let isSmall = true;
  bpfLoop(6, (index) => {
    if (ctx.args[0] > u64(index)) isSmall = false;
  });
  return isSmall ? 1 : 0;
});

/** A variable that names an entry: the callback changes the entry, not the variable. */
export const entryInVariable = rawTracepoint("sched_process_exec", (ctx) => {
  let cell = cells.get(u32(ctx.args[0] & 3n));
  if (!cell) cell = cells.get(0);
  if (!cell) return 1;
  const before = cell.a;
  bpfLoop(10, (index) => {
    cell.a += index;
  });
  return u32(cell.a - before);
});
