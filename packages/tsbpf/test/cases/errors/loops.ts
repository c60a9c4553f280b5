// Loops that nothing shows to end.
import { array, rawTracepoint, struct, u16, u32, u64, u8 } from "tsbpf";

const State = struct({ i: u8, n: u32, cells: array(u32, 4) });

function turn(n: number): number {
  return n;
}

export const p = rawTracepoint("sched_process_exec", (ctx) => {
  const state = State();
  const n = u32(ctx.args[0]);
  const far: number = n;
  let x = u8(ctx.args[1]);
  let y = 0;
  while (true) { y++; } //~ TSB4001
  while (x) { x--; } //~ TSB4001
  while (x !== 0) { x--; } //~ TSB4001
  for (let i = 0; i < far; i++) y++; //~ TSB4002
  for (let i = 0; i < n; i++) y++; //~ TSB4002
  for (let i = 0; i < 10; i--) y++; //~ TSB4001
  for (let i = 10; i > 0; i++) y++; //~ TSB4001
  for (let i = 0; i < 10; i += 0) y++; //~ TSB4001
  for (let i = 0; i < 10; i += x) y++; //~ TSB4001
  for (let i = 0; i < 10; ) y++; //~ TSB4001
  for (let i = 0; i < 10; i++) i--; //~ TSB4001
  for (let i = 0; i < 10; i++, i--) y++; //~ TSB4001
  for (let i = 0; i < 10; i++, y = i = 0) y++; //~ TSB4001
  for (let i = 0; i < 10; i++) { if (x) i = 0; } //~ TSB4001
  for (let i = 0; i < 10; i++) { (i) = 0; } //~ TSB4001
  for (let i = 0; i < 10 && (i = 5) > 0; i++) y++; //~ TSB4001
  for (let i = 0; i < 10 || y < 5; i++) y++; //~ TSB4001
  for (let i = 0; i !== 10; i++) y++; //~ TSB4001
  for (let i: u8 = 0; i < 300; i++) y++; //~ TSB4001
  for (let i: u8 = 0; i <= 255; i++) y++; //~ TSB4001
  for (let i: u32 = 7; i >= 0; i--) y++; //~ TSB4001
  for (let i: u16 = 301; i > 0; i -= 2) y++; //~ TSB4001
  for (let i: u64 = 3n; i >= 0n; i--) y++; //~ TSB4001
  for (let i = 0; i < 10; x && i++) y++; //~ TSB4001
  for (let i = y; i < 10; i++) y++; //~ TSB4001
  for (let i = 0; i < y; i++) y++; //~ TSB4001
  for (let i = 0; i < (x ? state.n : -1); i++) y++; //~ TSB4001
  let i = 0;
  while (i < 10) { if (x) continue; i++; } //~ TSB4001
  while (i < 10) { if (x) i++; } //~ TSB4001
  while (i < 10) { i++; i--; } //~ TSB4001
  while (i < 10) y++; //~ TSB4001
  { let j = 0; while (j < 10) { let j = 0; j++; } } //~ TSB4001
  while (state.i < 10) state.i++; //~ TSB4001
  for (state.i = 0; state.i < 10; state.i++) y++; //~ TSB4001
  while (turn(y) < 10) y++; //~ TSB4001
  for (;;) { break; } //~ TSB4001
  for (let j = 0; j < 2000000; j++) y++; //~ TSB4002
  for (let j = 0; j < 1000; j++) { //~ TSB4002
    for (let k = 0; k < 1000; k++) {
      if (ctx.args[2] > u64(k)) y++;
    }
  }
  return y;
});
