// A function that is called, and another that it calls: each is there once, with a pointer to a map's value, integers
// and a result in registers. A global function is called however short it is.
import {
  arrayMap, bpfGetCurrentTask, globalFunction, i16, type i32, type Ptr, rawTracepoint, type RawTracepointContext, struct, u32,
  u64, type u8, type Value,
} from "tsbpf";

const Cell = struct({ a: u64, b: u64, turns: u32 });
export const cells = arrayMap(Cell, { maxEntries: 4 });

function scramble(x: u64, by: u64): u64 {
  let h: u64 = u64((x ^ by) * 0x9e3779b97f4a7c15n);
  h = u64((h ^ (h >> 30n)) * 0xbf58476d1ce4e5b9n);
  return u64(h ^ (h >> 31n) ^ (by << 3n) ^ (x >> 5n));
}

function turn(cell: Value<typeof Cell>, way: u32): boolean {
  const before = cell.a;
  if (way & 1) cell.a = scramble(cell.a, cell.b);
  else cell.b = scramble(cell.b, before);
  cell.turns += 1;
  return (cell.a ^ before) > 1000n && cell.turns < 9;
}

export const spin = rawTracepoint("sys_enter", (ctx: RawTracepointContext<[u32, u32]>) => {
  const cell = cells.get(ctx.args[0]);
  if (!cell) return 0;
  const way = ctx.args[1];
  return turn(cell, way) && turn(cell, way >>> 1) && turn(cell, way >>> 2) ? 1 : u32(scramble(cell.a, cell.b));
});

interface bpfCoreTaskStruct {
  readonly pid: i32;
  readonly tgid: i32;
  readonly real_parent: Ptr<bpfCoreTaskStruct>;
}

/** An object in kernel memory is an address, which is only probed. */
function weigh(task: bpfCoreTaskStruct, by: u32): u32 {
  const a = task.pid * 3 + task.tgid * 5;
  return u32(a + task.real_parent.pid * 7 + task.real_parent.tgid * 9 + by);
}

export const weighed = rawTracepoint("sys_enter", () => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  return u32(weigh(task, 1) + weigh(task.real_parent, 2) + weigh(task.real_parent.real_parent, 3) * 5);
});

export const clamp = globalFunction((value: u32, limit: u8, isOpen: boolean): i16 => i16(isOpen ? value : value & limit));

export const clamped = rawTracepoint("sys_enter", (ctx: RawTracepointContext<[u32, u32]>) => {
  return clamp(ctx.args[0], 15, true) + clamp(ctx.args[1], 3, false);
});
