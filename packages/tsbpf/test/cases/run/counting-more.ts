// Ordinary work on text and bytes: counters and flags that change only where the data says so.
import { array, arrayMap, bytes, chars, i32, rawTracepoint, range, struct, u16, u32, u64, u8, type Bytes, type RawTracepointContext } from "tsbpf";

const Text = struct({ all: bytes(64) });
const Small = struct({ all: bytes(32) });
const Counts = struct({ of: array(u32, 256) });
const Parsed = struct({ count: u32, dots: u32, slashes: u64, depth: u8, absolute: u8, name: bytes(64), starts: array(u8, 16) });
const Numbers = struct({ of: array(u32, 16) });
const Words = struct({ starts: array(u8, 16), lengths: array(u8, 16) });
const seen = arrayMap(Parsed, { maxEntries: 2 });
const histogram = arrayMap(Counts, { maxEntries: 1 });

function put(text: Bytes<64>, at: number, word: u64): void {
  let rest: u64 = word;
  for (let i = 0; i < 8; i++) {
    text[(at + i) & 63] = u8(rest);
    rest >>= 8n;
  }
}

function fill(text: Bytes<64>, ctx: RawTracepointContext): void {
  put(text, 0, ctx.args[0]);
  put(text, 8, ctx.args[1]);
  put(text, 16, ctx.args[2]);
  put(text, 24, ctx.args[3]);
  put(text, 32, ctx.args[4]);
  put(text, 40, ctx.args[5]);
  put(text, 48, ctx.args[6]);
  put(text, 56, ctx.args[7]);
}


/** A struct's fields as counters. */
export const fields = rawTracepoint("sched_process_exec", (ctx) => {
  const input = Text(); fill(input.all, ctx);
  const parsed = Parsed();
  for (let i = 0; i < 64; i++) {
    const c = input.all[i];
    if (c === 46) parsed.dots++;
    if (c === 47) { parsed.slashes++; parsed.absolute = 1; }
    if (c > 32) { parsed.name[parsed.count] = c; parsed.count++; }
    if (c === 40 && parsed.depth < 16) { parsed.starts[parsed.depth] = i; parsed.depth++; }
  }
  seen.set(0, parsed);
  let sum: u32 = u32(parsed.count + parsed.dots * 64 + parsed.depth * 4096 + parsed.absolute);
  for (let i = 0; i < 64; i++) sum = u32(sum * 31 + parsed.name[i]);
  if (parsed.dots > 3 && parsed.slashes > 2n) return 7;
  return sum;
});

/** The fields of a map's value. */
export const inMap = rawTracepoint("sched_process_exec", (ctx) => {
  const input = Text(); fill(input.all, ctx);
  const parsed = seen.get(1);
  if (!parsed) return 0;
  parsed.count = 0;
  parsed.dots = 0;
  for (let i = 0; i < 64; i++) {
    const c = input.all[i];
    if (c === 46) parsed.dots++;
    if (c > 32) { parsed.name[parsed.count] = c; parsed.count++; }
  }
  return parsed.count * 100 + parsed.dots;
});

/** Many flags without a loop. */
export const score = rawTracepoint("sched_process_exec", (ctx) => {
  const input = Text(); fill(input.all, ctx);
  let points = 0;
  let kinds = 0;
  let last = 0;
  if (input.all[0] > 100) { points++; last = 0; }
  if (input.all[40] === 60) kinds++;
  if (input.all[1] > 101) { points++; last = 1; }
  if (input.all[41] === 61) kinds++;
  if (input.all[2] > 102) { points++; last = 2; }
  if (input.all[42] === 62) kinds++;
  if (input.all[3] > 103) { points++; last = 3; }
  if (input.all[43] === 63) kinds++;
  if (input.all[4] > 104) { points++; last = 4; }
  if (input.all[44] === 64) kinds++;
  if (input.all[5] > 105) { points++; last = 5; }
  if (input.all[45] === 65) kinds++;
  if (input.all[6] > 106) { points++; last = 6; }
  if (input.all[46] === 66) kinds++;
  if (input.all[7] > 107) { points++; last = 7; }
  if (input.all[47] === 67) kinds++;
  if (input.all[8] > 108) { points++; last = 8; }
  if (input.all[48] === 68) kinds++;
  if (input.all[9] > 109) { points++; last = 9; }
  if (input.all[49] === 69) kinds++;
  if (input.all[10] > 110) { points++; last = 10; }
  if (input.all[50] === 70) kinds++;
  if (input.all[11] > 111) { points++; last = 11; }
  if (input.all[51] === 71) kinds++;
  if (input.all[12] > 112) { points++; last = 12; }
  if (input.all[52] === 72) kinds++;
  if (input.all[13] > 113) { points++; last = 13; }
  if (input.all[53] === 73) kinds++;
  if (input.all[14] > 114) { points++; last = 14; }
  if (input.all[54] === 74) kinds++;
  if (input.all[15] > 115) { points++; last = 15; }
  if (input.all[55] === 75) kinds++;
  if (input.all[16] > 116) { points++; last = 16; }
  if (input.all[56] === 76) kinds++;
  if (input.all[17] > 117) { points++; last = 17; }
  if (input.all[57] === 77) kinds++;
  if (input.all[18] > 118) { points++; last = 18; }
  if (input.all[58] === 78) kinds++;
  if (input.all[19] > 119) { points++; last = 19; }
  if (input.all[59] === 79) kinds++;

  if (points > 10 && kinds > 2) return last;
  return u32(input.all[points] * 256 + input.all[kinds] + input.all[last]);
});

/** The counter of a while loop, and flags that leave it. */
export const scan = rawTracepoint("sched_process_exec", (ctx) => {
  const input = Text(); fill(input.all, ctx);
  let i = 0;
  let lines = 1;
  let column = 0;
  let widest = 0;
  let done = false;
  while (i < 64 && !done) {
    const c = input.all[i];
    if (c === 10) { lines++; column = 0; }
    else { column++; if (column > widest) widest = column; }
    if (c === 0 && lines > 3) done = true;
    i++;
  }
  return lines * 4096 + widest * 64 + (done ? 1 : 0);
});

/** A function of the module, called for each round. */
function digit(c: number): number {
  if (c >= 48 && c <= 57) return c - 48;
  if (c >= 97 && c <= 102) return c - 87;
  if (c >= 65 && c <= 70) return c - 55;
  return -1;
}

export const hex = rawTracepoint("sched_process_exec", (ctx) => {
  const input = Text(); fill(input.all, ctx);
  let value: u64 = 0n;
  let digits = 0;
  let bad = 0;
  for (const c of input.all) {
    const d = digit(c);
    if (d < 0) { bad++; continue; }
    if (digits >= 16) break;
    value = value * 16n + u64(d);
    digits++;
  }
  return u32(value) ^ (digits * 64 + bad);
});

/** Bubble sort of eight bytes and binary search. */
export const order = rawTracepoint("sched_process_exec", (ctx) => {
  const input = Text(); fill(input.all, ctx);
  let swaps = 0;
  for (let i = 0; i < 8; i++) {
    for (let j = 0; j < 7; j++) {
      if (input.all[j] > input.all[j + 1]) {
        const t = input.all[j]; input.all[j] = input.all[j + 1]; input.all[j + 1] = t;
        swaps++;
      }
    }
  }
  const wanted = input.all[20];
  let low = 0;
  let high = 8;
  for (let k = 0; k < 4 && low < high; k++) {
    const mid = (low + high) >>> 1;
    if (input.all[mid & 7] < wanted) low = mid + 1; else high = mid;
  }
  return swaps * 64 + low * 8 + high;
});

/** Where a longer text begins in a shorter one, and the longest run that both have. */
export const overlap = rawTracepoint("sched_process_exec", (ctx) => {
  const input = Text(); fill(input.all, ctx);
  let best = 0;
  let where = 0;
  for (let i = 0; i < 16; i++) {
    let run = 0;
    let broken = false;
    for (let j = 0; j < 16; j++) {
      if (input.all[i + j] !== input.all[48 + j]) broken = true;
      if (!broken) run++;
    }
    if (run > best) { best = run; where = i; }
  }
  return best * 64 + where + input.all[where];
});

/** Fields of a record in a stream of records, with a running offset. */
export const records = rawTracepoint("sched_process_exec", (ctx) => {
  const input = Text(); fill(input.all, ctx);
  const out = Numbers();
  let at = 0;
  let n = 0;
  let errors = 0;
  for (let i = 0; i < 16; i++) {
    if (at >= 62) break;
    const type = input.all[at];
    const length = input.all[at + 1];
    if (length < 2 || length > 16) { errors++; at++; continue; }
    if (type === 1) { out.of[n] = u32(input.all[at + 2]); n++; }
    if (type === 2 && n > 0) n--;
    at += length;
  }
  let sum = n * 16 + errors;
  for (const v of out.of) sum = u32(sum * 31 + v);
  return sum;
});

/** Where something was seen last: one of as many numbers as there are rounds. */
export const lastSame = rawTracepoint("sched_process_exec", (ctx) => {
  const input = Text(); fill(input.all, ctx);
  let last = 0;
  for (let i = 0; i < 64; i++) {
    if (input.all[i] === input.all[(i + 4) & 63]) last = i;
  }
  return last > 2 ? last : 0;
});

/** A second loop moves on from where the first one came to. */
export const movesOn = rawTracepoint("sched_process_exec", (ctx) => {
  const input = Text(); fill(input.all, ctx);
  let at = 0;
  let kept = 0;
  for (let i = 0; i < 64; i++) {
    const c = input.all[i];
    if (c > 100) at++;
    else if (c < 20) kept = i;
  }
  for (let i = 0; i < 16; i++) {
    at += 2;
    if (input.all[at & 63] > 137) kept++;
  }
  return at * 64 + kept + input.all[kept & 63];
});

/** Newer verifiers walk on once for each bit that a mask is made of. */
export const checksum = rawTracepoint("sched_process_exec", (ctx) => {
  let crc = ~0;
  for (let i = 0; i < 8; i++) {
    crc ^= u8(ctx.args[0] >> u64(i * 8));
    for (let k = 0; k < 8; k++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return ~crc >>> 0;
});

/** The same with the sign, and in 64 bits. */
export const spreadSigns = rawTracepoint("sched_process_exec", (ctx) => {
  let word = i32(ctx.args[0]);
  let wide: u64 = ctx.args[1];
  for (let i = 0; i < 40; i++) {
    word = i32((word << 1) ^ ((word >> 31) & 0x04c11db7));
    wide = (wide >> 1n) ^ (-(wide & 1n) & 0xd800000000000000n);
  }
  return u32(word) ^ u32(wide) ^ u32(wide >> 32n);
});

/** Both arms are computed from what was before. */
export const checksumByChoice = rawTracepoint("sched_process_exec", (ctx) => {
  let sum = 0;
  for (let i = 0; i < 16; i++) {
    sum ^= u8(ctx.args[0] >> u64((i & 7) * 8));
    for (let k = 0; k < 8; k++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return sum >>> 0 > 100 ? 1 : 2;
});

/** What is added is chosen. */
export const chosenSteps = rawTracepoint("sched_process_exec", (ctx) => {
  const text = Text();
  fill(text.all, ctx);
  let signed = 0;
  let graded = 0;
  for (const byte of text.all) {
    signed += byte > 100 ? -3 : 2;
    const grade = byte > 64 ? 3 : byte > 32 ? 2 : 1;
    graded += grade;
  }
  return (signed > 5 ? 1 : 0) | (graded > 100 ? 2 : 0);
});

/** Loops whose body is one statement. */
export const shortBodies = rawTracepoint("sched_process_exec", (ctx) => {
  const text = Text();
  fill(text.all, ctx);
  let first = 0;
  while (first < 64 && text.all[first] !== 0) first++;
  let rounds = 0;
  do rounds += 2;
  while (rounds < 31);
  return first * 64 + rounds;
});
