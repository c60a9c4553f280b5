// The number rules.
import { i32, i64, rawTracepoint, struct, u16, u32, u64, u8 } from "tsbpf";

const Small = struct({ a: u8, b: i32, c: u64 });
const half = 0.5; //~ TSB2001
const huge = 9007199254740993; //~ TSB2010
const hugest = 99999999999999999999; //~ TSB2007
const product = 9007199254740991 * 2; //~ TSB2002
const tiny = 2 ** -1; //~ TSB2001
const enormous = 2n ** 100000000n; //~ TSB2007
const allowed = 2n ** 64n;

function narrow(x: u8): u8 {
  return 256; //~ TSB2008
}

export const p = rawTracepoint("sched_process_exec", (ctx) => {
  const a = u32(ctx.args[0]);
  const b = u32(ctx.args[1]);
  const u = ctx.args[2];
  const s = i64(ctx.args[3]);
  const small = Small();
  const fraction = a + 1.5; //~ TSB2001
  const wide = a * b; //~ TSB2002
  const cube = a * 65536 * 65536; //~ TSB2002
  const quotient = a / b; //~ TSB2003
  const inSum = 1 + a / b; //~ TSB2003
  const rest = (a % b) * 2; //~ TSB2003
  if (a / b > 2) small.a = 1; //~ TSB2003
  const mixed = u + s; //~ TSB2004
  const compared = u < s; //~ TSB2004
  const withNumber = u > b - a; //~ TSB2004
  let total = 5n; //~ TSB2005
  if (u - 5n < 0n) small.a = 1; //~ TSB2006
  const below = u - ctx.args[4] < 0n; //~ TSB2006
  if (0n >= (u - 5n)) small.a = 1; //~ TSB2006
  const literal = 18446744073709551616n; //~ TSB2007
  const folded = allowed; //~ TSB2007
  const zero = 5n / 0n; //~ TSB2007
  small.a = 256; //~ TSB2008
  small.a = -1; //~ TSB2008
  small.b = 0x80000000; //~ TSB2008
  small.c = -1n; //~ TSB2008
  small.a += 0;
  const local: u8 = 300; //~ TSB2008
  let other: u16 = 0;
  other = 65536; //~ TSB2008
  const called = narrow(-5); //~ TSB2008
  const made = Small({ a: 999 }); //~ TSB2008
  const divided = u / -2n; //~ TSB2008
  const shifted = u << 64n; //~ TSB2009
  const negative = u >> -1n; //~ TSB2009
  const unsure = u << s; //~ TSB2009
  return Math.imul(a, b) + (a % 5);
});

export const returned = rawTracepoint("sched_process_exec", (ctx) => u32(ctx.args[0]) / 2); //~ TSB2003
