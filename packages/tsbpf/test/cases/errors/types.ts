// Values that a variable, a field or an operator cannot have.
import { bpfPrintk, array, bytes, chars, hashMap, rawTracepoint, struct, u32, u64, u8, type Chars, type Value } from "tsbpf";

const Point = struct({ x: u32, y: u32 });
const Named = struct({ name: chars(8), raw: bytes(4), points: array(Point, 4) });
const Big = struct({ all: bytes(32_776) });
const table = hashMap(u32, Point, { maxEntries: 4 });

const squares: readonly number[] = [0, 1, 4, 9];
const modes = ["slow", "fast"];

export const p = rawTracepoint("sched_process_exec", (ctx) => {
  const x = u8(ctx.args[0]);
  const point = Point();
  const named = Named({ name: "12345678" }); //~ TSB3004
  let other = Point();
  other = point; //~ TSB3002
  let chosen = x > 5 ? point : other;
  chosen = point; //~ TSB3002
  let mixed: number | bigint = 5; //~ TSB3001
  let anything: any = 5; //~ TSB3001
  let text = "abc"; //~ TSB1003
  named.raw[4] = 1; //~ TSB3003
  named.name[-1] = 1; //~ TSB3003
  const last = named.name[8]; //~ TSB3003
  const looked = squares[x]; //~ TSB1003
  const lookedAt = squares[9 & 15]; //~ TSB3003
  const mode = modes[x & 1]; //~ TSB6003
  named.name.equals(5 as never); //~ TSB1001
  bpfPrintk(`${x > 5}`); //~ TSB1003
  bpfPrintk(`caf\u00e9 ${x}`); //~ TSB1003
  bpfPrintk(`${x / 2} ${point}`); //~ TSB2003 TSB1003
  const outside = named.points[4]; //~ TSB3003
  const found = table.get(u32(x!))!; //~ TSB3005
  const equal = point === other; //~ TSB1003
  const negative = -point.x < point.y;
  const same = (x > 5) < (x > 7); //~ TSB1002
  if (table) point.x = 1; //~ TSB1003
  point.x = named.name.length;
  point["x"] = 5; //~ TSB1001
  const bracketed = point["y"]; //~ TSB1001
  const whole = ctx; 
  const args = ctx.args;
  const one = ctx.args[x]; //~ TSB6003
  const method = table.get; //~ TSB3007
  const schema = Point; 
  let held = Point; //~ TSB1003
  const huge = Big(); //~ TSB9001
  return x;
});

function change(limit: number): number {
  return limit;
}

export const readOnly = rawTracepoint("sched_process_exec", (ctx) => {
  const x = 5;
  const both = Math; 
  return x + change(u32(ctx.args[0]));
});
