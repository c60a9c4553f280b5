// Values that have no room in the 512 bytes of the stack: what they are made of, where they are copied, and that what
// was left over from the run before does not show.
import { arrayMap, array, bytes, chars, hashMap, rawTracepoint, struct, u16, u32, u64, u8 } from "tsbpf";

const Block = struct({ all: bytes(200) });
const Page = struct({ head: u32, words: array(u64, 64), tail: u16, text: chars(100) });
const Huge = struct({ count: u32, rows: array(Page, 12) });
const Key = struct({ name: chars(64), level: u32 });

const pages = hashMap(u32, Page, { maxEntries: 16 });
const huges = arrayMap(Huge, { maxEntries: 2 });
const named = hashMap(Key, Block, { maxEntries: 16 });

/** Each of them fits, all together do not. */
export const several = rawTracepoint("sched_process_exec", (ctx) => {
  const a = Block();
  const b = Block();
  const c = Block();
  const at = u8(ctx.args[0]);
  a.all[at] = 1;
  b.all[at] = a.all[0] + 1;
  c.all[u8(ctx.args[1])] = b.all[1] + 2;
  return a.all[3] + b.all[4] * 16 + c.all[5] * 256;
});

/** Zero in every run, although the run before left something there. */
export const zeroed = rawTracepoint("sched_process_exec", (ctx) => {
  const page = Page({ head: u32(ctx.args[0]) });
  let sum: u32 = page.head;
  for (let i = 0; i < 64; i++) sum = u32(sum + u32(page.words[i]) + page.tail);
  page.words[u8(ctx.args[1]) & 63] = u64(ctx.args[2]);
  page.tail = u16(ctx.args[3]);
  for (let i = 0; i < 64; i++) sum = u32(sum * 3 + u32(page.words[i]) + page.tail);
  return sum;
});

/** Kilobytes: cleared and copied in loops. */
export const huge = rawTracepoint("sched_process_exec", (ctx) => {
  const first = Huge({ count: u32(ctx.args[0]) });
  const at = u32(ctx.args[1]) & 7;
  first.rows[at].words[u32(ctx.args[2]) & 63] = ctx.args[3];
  first.rows[11].tail = 7;
  huges.set(1, first);
  const found = huges.get(1);
  if (!found) return 1;
  const second = Huge();
  second.rows[3] = found.rows[at];
  second.rows[4] = first.rows[11];
  let sum = found.count + second.count;
  for (let i = 0; i < 64; i++) sum = u32(sum * 5 + u32(second.rows[3].words[i]));
  found.count = 0;
  return u32(sum + second.rows[4].tail + found.rows[11].tail);
});

/** A key that has no room either, and values that go through maps. */
export const through = rawTracepoint("sched_process_exec", (ctx) => {
  const id = u32(ctx.args[0]) & 15;
  const page = Page({ head: id, text: "a page" });
  page.words[id] = ctx.args[1];
  pages.set(id, page);
  const key = Key({ name: "some name", level: id });
  const block = Block();
  block.all[id] = u8(ctx.args[2]);
  named.set(key, block);
  const other = Key({ name: "other name", level: 3 });
  const last = Block();
  last.all[199] = u8(ctx.args[3]);
  named.set(other, last);
  let result: number = last.all[199];
  const back = pages.get(id);
  if (back && back.text.startsWith("a p")) result += u32(back.words[id]) & 0xff;
  const again = named.get(key);
  if (again) result += again.all[id];
  const copy = Page();
  if (back) copy.words[5] = back.words[5];
  return u32(result + u32(copy.words[5]));
});

/** Which of two: one reference to either. */
export const either = rawTracepoint("sched_process_exec", (ctx) => {
  const a = Page({ head: 1 });
  const b = Block();
  const c = Page({ head: 3, tail: 9 });
  const chosen = u8(ctx.args[0]) > 100 ? a : c;
  b.all[u8(ctx.args[1])] = 5;
  chosen.words[7] = u64(b.all[7]) + 1n;
  return u32(a.words[7]) + u32(c.words[7]) * 16 + chosen.head * 256 + chosen.tail;
});
