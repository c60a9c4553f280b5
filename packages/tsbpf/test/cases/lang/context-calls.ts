// A program's context in functions that are called: the verifier takes no other pointer in an instruction that reads or
// writes it, and before Linux 6.4 no store of an immediate to it.
import { arrayMap, bpfKtimeGetNs, global, struct, tc, TcAction, u32, type TcContext } from "tsbpf";

const Marks = struct({ len: u32, type: u32, mark: u32 });

export const marks = arrayMap(Marks, { maxEntries: 4 });
export const state = global(u32);

function mixed(value: u32): u32 {
  let mix: u32 = value;
  if (mix & 1) mix = u32(mix + 13);
  else mix = u32((mix * 7) & 0xffff);
  if (mix & 2) mix = u32(mix ^ 0x1234);
  else mix = u32((mix * 9) & 0xffff);
  if (mix & 4) mix = u32(mix + 11);
  else mix = u32((mix * 5) & 0xffff);
  return mix;
}

/** Both ends read what lies eight bytes behind a pointer. */
function pick(ctx: TcContext, value: u32): u32 {
  if (mixed(value) & 8) {
    state.value = u32(bpfKtimeGetNs());
    return ctx.mark;
  }
  const entry = marks.get(0);
  if (!entry) return 0;
  state.value = u32(bpfKtimeGetNs());
  return entry.mark;
}

function label(ctx: TcContext, value: u32): u32 {
  const mix = mixed(value);
  if (mix & 2) ctx.mark = 5;
  else ctx.mark = 6;
  if (mix & 8) ctx.cb[0] = 9;
  return u32(mixed(u32(mix ^ ctx.priority)) + ctx.len);
}

export const picking = tc("ingress", (ctx) => {
  state.value = pick(ctx, 1);
  state.value = u32(state.value ^ pick(ctx, state.value));
  state.value = u32(state.value ^ pick(ctx, state.value));
  state.value ^= pick(ctx, 77);
  return TcAction.OK;
});

export const labelling = tc("ingress", (ctx) => {
  state.value = label(ctx, 1);
  state.value = u32(state.value ^ label(ctx, state.value));
  state.value = u32(state.value ^ label(ctx, state.value));
  state.value ^= label(ctx, 77);
  return TcAction.OK;
});
