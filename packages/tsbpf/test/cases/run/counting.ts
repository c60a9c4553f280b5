// Ordinary work on text and bytes: counters and flags that change only where the data says so.
import { array, arrayMap, bytes, chars, rawTracepoint, range, struct, u16, u32, u64, u8, type Bytes, type RawTracepointContext } from "tsbpf";

const Text = struct({ all: bytes(64) });
const Small = struct({ all: bytes(32) });
const Counts = struct({ of: array(u32, 256) });
const Numbers = struct({ of: array(u32, 16) });
const Words = struct({ starts: array(u8, 16), lengths: array(u8, 16) });
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

export const compact = rawTracepoint("sched_process_exec", (ctx) => {
  const input = Text(); fill(input.all, ctx);
  const out = Text();
  let n = 0;
  for (let i = 0; i < 64; i++) {
    if (input.all[i] !== 0) { out.all[n] = input.all[i]; n++; }
  }
  let sum = n;
  for (let i = 0; i < 64; i++) sum = u32(sum * 31 + out.all[i]);
  return sum;
});

export const split = rawTracepoint("sched_process_exec", (ctx) => {
  const input = Text(); fill(input.all, ctx);
  const odd = Text();
  const even = Text();
  let a = 0;
  let b = 0;
  for (let i = 0; i < 64; i++) {
    const c = input.all[i];
    if ((c & 1) === 1) { odd.all[a] = c; a++; } else { even.all[b] = c; b++; }
  }
  let sum = a * 1000 + b;
  for (let i = 0; i < 64; i++) sum = u32(sum * 31 + odd.all[i] + even.all[i]);
  return sum;
});

export const words = rawTracepoint("sched_process_exec", (ctx) => {
  const input = Text(); fill(input.all, ctx);
  const found = Words();
  let count = 0;
  let inside = false;
  let start = 0;
  for (let i = 0; i < 64; i++) {
    const space = input.all[i] <= 32;
    if (!space && !inside) { inside = true; start = i; found.starts[count] = i; }
    else if (space && inside) { inside = false; found.lengths[count] = u8(i - start); if (count < 15) count++; }
  }
  if (inside) found.lengths[count] = u8(64 - start);
  let sum = count;
  for (let i = 0; i < 16; i++) sum = u32(sum * 31 + found.starts[i] * 64 + found.lengths[i]);
  return sum;
});

export const numbers = rawTracepoint("sched_process_exec", (ctx) => {
  const input = Text(); fill(input.all, ctx);
  const found = Numbers();
  let count = 0;
  let value: u32 = 0;
  let digits = 0;
  for (let i = 0; i < 64; i++) {
    const c = input.all[i];
    if (c >= 48 && c <= 57) { value = u32(value * 10 + (c - 48)); digits++; }
    else if (digits > 0) { found.of[count] = value; if (count < 15) count++; value = 0; digits = 0; }
  }
  let sum = count;
  for (let i = 0; i < 16; i++) sum = u32(sum * 31 + found.of[i]);
  return sum;
});

export const machine = rawTracepoint("sched_process_exec", (ctx) => {
  const input = Text(); fill(input.all, ctx);
  let state = 0;
  let quotes = 0;
  let escapes = 0;
  let comments = 0;
  for (let i = 0; i < 64; i++) {
    const c = input.all[i];
    switch (state) {
      case 0:
        if (c === 34) { state = 1; quotes++; }
        else if (c === 35) { state = 3; comments++; }
        break;
      case 1:
        if (c === 92) { state = 2; escapes++; }
        else if (c === 34) state = 0;
        break;
      case 2:
        state = 1;
        break;
      case 3:
        if (c === 10) state = 0;
        break;
    }
  }
  return state + quotes * 10 + escapes * 1000 + comments * 100000;
});

export const bytesHistogram = rawTracepoint("sched_process_exec", (ctx) => {
  const input = Text(); fill(input.all, ctx);
  const counts = histogram.get(0);
  if (!counts) return 0;
  let most = 0;
  let top = 0;
  for (let i = 0; i < 64; i++) {
    const c = input.all[i];
    counts.of[c] += 1;
    if (counts.of[c] > most) { most = counts.of[c]; top = c; }
  }
  const result = most * 256 + top;
  for (let i = 0; i < 64; i++) counts.of[input.all[i]] = 0;
  return result;
});

export const merge = rawTracepoint("sched_process_exec", (ctx) => {
  const input = Text(); fill(input.all, ctx);
  const out = Text();
  let a = 0;
  let b = 32;
  for (let i = 0; i < 64; i++) {
    if (b >= 64 || (a < 32 && input.all[a] <= input.all[b])) { out.all[i] = input.all[a]; a++; }
    else { out.all[i] = input.all[b]; b++; }
  }
  let sum = 0;
  for (let i = 0; i < 64; i++) sum = u32(sum * 31 + out.all[i]);
  return sum;
});

export const search = rawTracepoint("sched_process_exec", (ctx) => {
  const input = Text(); fill(input.all, ctx);
  let first = -1;
  let last = -1;
  let dots = 0;
  for (let i = 0; i < 64; i++) {
    if (input.all[i] === 47) { if (first < 0) first = i; last = i; }
    if (input.all[i] === 46) dots++;
  }
  if (last < 0) return dots;
  return u32(input.all[last] + first * 256 + last * 65536 + dots);
});

export const classes = rawTracepoint("sched_process_exec", (ctx) => {
  const input = Text(); fill(input.all, ctx);
  let upper = 0;
  let lower = 0;
  let digit = 0;
  let space = 0;
  let other = 0;
  for (let i = 0; i < 64; i++) {
    const c = input.all[i];
    if (c >= 65 && c <= 90) upper++;
    else if (c >= 97 && c <= 122) lower++;
    else if (c >= 48 && c <= 57) digit++;
    else if (c === 32 || c === 9) space++;
    else other++;
  }
  if (upper > 10 && lower > 10) return 1;
  if (digit > 5 || space > 20) return 2;
  return upper + lower * 3 + digit * 5 + space * 7 + other * 11;
});

export const flags = rawTracepoint("sched_process_exec", (ctx) => {
  const input = Text(); fill(input.all, ctx);
  let slash = false;
  let dot = false;
  let dash = false;
  let digit = false;
  let ascii = true;
  let longest = 0;
  let run = 0;
  for (let i = 0; i < 64; i++) {
    const c = input.all[i];
    if (c === 47) slash = true;
    if (c === 46) dot = true;
    if (c === 45) dash = true;
    if (c >= 48 && c <= 57) digit = true;
    if (c > 127) ascii = false;
    if (c === 0) run = 0; else { run++; if (run > longest) longest = run; }
  }
  let result = longest;
  if (slash && dot) result += 100;
  if (dash || digit) result += 200;
  if (ascii) result += 400;
  return result;
});

export const nested = rawTracepoint("sched_process_exec", (ctx) => {
  const input = Text(); fill(input.all, ctx);
  const out = Small();
  let n = 0;
  let pairs = 0;
  for (let i = 0; i < 8; i++) {
    let best = 0;
    for (let j = 0; j < 8; j++) {
      const c = input.all[i * 8 + j];
      if (c > input.all[i * 8 + best]) best = j;
      if (c === 32) pairs++;
    }
    if (best !== 0 && n < 32) { out.all[n] = input.all[i * 8 + best]; n++; }
  }
  let sum = n + pairs * 64;
  for (let i = 0; i < 32; i++) sum = u32(sum * 31 + out.all[i]);
  return sum;
});

export const unescape = rawTracepoint("sched_process_exec", (ctx) => {
  const input = Text(); fill(input.all, ctx);
  const out = Text();
  let n = 0;
  let skip = 0;
  for (let i = 0; i < 62; i++) {
    if (skip > 0) { skip--; continue; }
    let c: number = input.all[i];
    if (c === 37) { c = (input.all[i + 1] & 15) * 16 + (input.all[i + 2] & 15); skip = 2; }
    out.all[n] = c;
    n++;
  }
  let sum = n;
  for (let i = 0; i < 64; i++) sum = u32(sum * 31 + out.all[i]);
  return sum;
});

export const cursor = rawTracepoint("sched_process_exec", (ctx) => {
  const input = Text(); fill(input.all, ctx);
  let at = 0;
  let sum = 0;
  let depth = 0;
  for (let i = 0; i < 32 && at < 60; i++) {
    const kind = input.all[at];
    const length = input.all[at + 1] & 7;
    if (kind === 0) break;
    if (kind === 1) depth++;
    if (kind === 2 && depth > 0) depth--;
    sum = u32(sum * 31 + length);
    at += 2 + length;
  }
  return u32(sum + depth * 7 + at);
});

export const sieve = rawTracepoint("sched_process_exec", (ctx) => {
  const input = Text(); fill(input.all, ctx);
  const seen = Text();
  const order = Text();
  let n = 0;
  for (let i = 0; i < 64; i++) {
    const c = input.all[i] & 63;
    if (seen.all[c] === 0) { seen.all[c] = 1; order.all[n] = c; n++; }
  }
  let sum = n;
  for (let i = 0; i < 64; i++) sum = u32(sum * 31 + order.all[i]);
  return sum;
});

export const ring = rawTracepoint("sched_process_exec", (ctx) => {
  const input = Text(); fill(input.all, ctx);
  const stack = Small();
  let top = 0;
  let bad = 0;
  for (let i = 0; i < 64; i++) {
    const c = input.all[i];
    if (c === 40 || c === 91) { if (top < 32) { stack.all[top] = c; top++; } else bad++; }
    if (c === 41) { if (top > 0 && stack.all[top - 1] === 40) top--; else bad++; }
    if (c === 93) { if (top > 0 && stack.all[top - 1] === 91) top--; else bad++; }
  }
  return top * 100 + bad;
});
