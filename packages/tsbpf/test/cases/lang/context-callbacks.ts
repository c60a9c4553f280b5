// A program's context in a callback, and callbacks over one map or another.
// kernel: 5.17
import { bpfLoop, global, hashMap, tc, TcAction, u32, u64 } from "tsbpf";

export const first = hashMap(u32, u64, { maxEntries: 8 });
export const second = hashMap(u32, u64, { maxEntries: 8 });
export const sum = global(u64);

function add(value: u64): void {
  sum.value += value;
}

export const marking = tc("ingress", (ctx) => {
  bpfLoop(4, (index) => {
    if (index === 2) ctx.mark = 5;
    sum.value += u64(ctx.len);
  });
  return TcAction.OK;
});

export const either = tc("ingress", (ctx) => {
  if (ctx.mark === 1) first.forEach(add);
  else second.forEach(add);
  return TcAction.OK;
});
