// What the kinds of programs do not allow.
import {
  dataLoc, bpfSkbLoadBytes, bpfSkbPullData, bytes, cgroupConnect4, fexit, kprobe, lsm, socketFilter, struct, syscall, tc, TcAction,
  tracepoint, u16, u32, u64, u8, xdp, XdpAction, type FexitContext, type i32,
} from "tsbpf";

const Pair = struct({ first: u16, second: u16 });
const List = struct({ count: u32, items: bytes(8) });

const empty = {};

export const badName = tracepoint("sched_switch", () => 0); //~ TSB7020
export const badFunction = kprobe("vfs read", () => 0); //~ TSB7007

export const hook = lsm("file_open", (ctx) => {
  if (ctx.args[0] === 1n) return 1; //~ TSB7022
  if (ctx.args[0] === 2n) return u8(ctx.args[1]); //~ TSB7022
  if (ctx.args[0] === 3n) return -4096; //~ TSB7022
  return ctx.args[1] === 0n ? -1 : 0;
});

export const open = fexit("do_unlinkat", (ctx: FexitContext<readonly u64[], u64>) => {
  if (ctx.result === 0n) return; //~ TSB7023
});

const Huge = struct({ bytes: bytes(65530), count: u64 });

export const far = xdp((ctx) => {
  const first = ctx.packet.view(65534, Pair); //~ TSB7026
  const second = ctx.packet.view(ctx.rxQueueIndex, Pair);
  const third = ctx.packet.view(ctx.rxQueueIndex, Huge); //~ TSB7026
  const fourth = ctx.packet.view(ctx.rxQueueIndex & 0x7fff, Pair);
  const five = ctx.packet.view(0, List);
  if (five && five.items[five.count & 7] === 1) return XdpAction.DROP; //~ TSB7024
  return first || second || third || fourth ? XdpAction.DROP : XdpAction.PASS;
});

export const moved = tc("ingress", (ctx) => {
  const pair = ctx.packet.view(0, Pair);
  if (!pair) return TcAction.OK;
  ctx.cb[ctx.mark] = 1; //~ TSB7024
  pair.first = 1;
  bpfSkbLoadBytes(ctx, 4, pair); //~ TSB5020
  if (bpfSkbPullData(ctx, 64) !== 0n) return TcAction.OK;
  pair.second = 2; //~ TSB7027
  const again = ctx.packet.view(0, Pair);
  return again?.first === 1 ? TcAction.SHOT : TcAction.OK;
});

export const list = syscall(List, (value) => {
  value.items[value.count & 7] = 1; //~ TSB7024
});

export const small = socketFilter((ctx) => ctx.len);
export const refused = cgroupConnect4((ctx) => ctx.userPort !== 0);

interface bpfCoreTraceEntry { readonly pid: i32 }
interface bpfCoreTraceEventRawSchedSwitch { readonly ent: bpfCoreTraceEntry; readonly prev_pid: i32 }

export const entry = tracepoint<bpfCoreTraceEventRawSchedSwitch>("sched/sched_switch", (ctx) => {
  if (ctx.ent.pid === 1) return 1; //~ TSB3007
  return dataLoc(empty, 5) === 0n ? 1 : 0; //~ TSB1003
});
