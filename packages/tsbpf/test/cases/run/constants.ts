// Constant records and arrays: known when the program is compiled, or looked up.
import { range, rawTracepoint, struct, u32, u64, u8 } from "tsbpf";

const State = { idle: 0, busy: { low: 5, high: 9 }, names: ["idle", "busy"] } as const;
const squares = [0, 1, 4, 9, 16, 25, 36, 49] as const;
const offsets = [-5, 300, 7, -128];
const wide = [1n, 1n << 40n, 0xffffffffffffffffn, 3n] as const;
const nested = [[1, 2], [3, 4]] as const;
const keys = { first: "low", second: "high" } as const;
const Sums = struct({ total: u32 });

export const folded = rawTracepoint("sched_process_exec", (ctx) => {
  const [zero, , two] = squares;
  const { busy: { high }, names: [, busy] } = State;
  const local = [3, 5, 8] as const;
  let total = u8(ctx.args[0]) + squares[3] + nested[1][0] + local[2] + local.length + zero + two + high;
  if (busy === "busy") total += 1000;
  return total + State.busy[keys.second] * 3;
});

export const lookedUp = rawTracepoint("sched_process_exec", (ctx) => {
  const at = u32(ctx.args[0]);
  const sums = Sums();
  for (const i of range(8)) sums.total += squares[i] * i;
  for (let i = 0; i < offsets.length; i++) sums.total = u32(sums.total + offsets[i]);
  return u32(sums.total + squares[at & 7] * 3 + offsets[at >>> 30] * 5);
});

export const bigints = rawTracepoint("sched_process_exec", (ctx) => {
  const value: u64 = u64(wide[u32(ctx.args[0]) & 3]);
  return u32(value ^ (value >> 32n));
});
