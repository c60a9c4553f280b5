// Functions that cannot be called in a program.
import { lsm, rawTracepoint, struct, u32, u64, u8, xdp, type Value } from "tsbpf";

const Point = struct({ x: u32, y: u32 });

function fact(n: number): number {
  return n < 2 ? 1 : fact(n - 1); //~ TSB4003
}

function even(n: number): boolean {
  return n === 0 || odd(n);
}

function odd(n: number): boolean {
  return !even(n); //~ TSB4003
}

function rest(...all: number[]): number { //~ TSB1001
  return 1;
}

function pattern({ x, ...others }: Value<typeof Point>): number { //~ TSB1001
  return 1;
}

declare function foreign(x: number): number;

const arrow = (x: number): number => {
  const inner = (y: number): number => x + y; //~ TSB1001
  return inner(1);
};

function stop(): never {
  return stop(); //~ TSB4003
}

// What does not come back has its own diagnostic, and no `return` is missing behind it.
function noReturn(x: number): number {
  if (x > 5) return 1;
  stop();
}

function endless(): never {
  while (true) {} //~ TSB4001
}

function throws(): number {
  throw 5; //~ TSB1001
}

function anything(x: any): number { //~ TSB3001
  return 1;
}

function unknownValue(x: unknown): number { //~ TSB3001
  return 1;
}

export const p = rawTracepoint("sched_process_exec", (ctx) => {
  const x = u8(ctx.args[0]);
  const a = fact(5);
  const b = even(x);
  const c = rest(1, 2);
  const d = pattern(Point());
  const e = foreign(x); //~ TSB5001
  const f = arrow(x);
  const g = noReturn(x);
  const j = anything(x);
  const k = unknownValue(x);
  const l = Point(Point()); //~ TSB1003
  const m = throws();
  return 1;
});

export const q = rawTracepoint("sched_process_exec", (): number => {
  endless();
});

export const r = xdp(() => {
  for (;;) {} //~ TSB4001
});

export const s = lsm("file_open", () => {
  throw 1; //~ TSB1001
});
