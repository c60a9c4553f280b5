// One program of each kind, each with what is its own: arguments, results, packets, fields of the context.
import {
  arrayMap, bytes, cgroupConnect4, fentry, fexit, htons, kprobe, kretprobe, lsm, ntohs, perfEvent, socketFilter, struct,
  syscall, tc, TcAction, tpBtf, u16, u32, u64, u8, xdp, XdpAction, type FentryContext, type FexitContext,
  type i32, type KprobeContext, type KretprobeContext, type LsmContext, type Ptr, type TpBtfContext,
} from "tsbpf";

interface bpfCoreTaskStruct { readonly pid: i32; readonly realParent: Ptr<bpfCoreTaskStruct> }

const Ethernet = struct({ target: bytes(6), source: bytes(6), protocol: u16 });
const Ipv4 = struct({ versionIhl: u8, tos: u8, length: u16, id: u16, fragment: u16, ttl: u8, protocol: u8 });
const Sum = struct({ left: u32, right: u32, sum: u64 });
export const seen = arrayMap(u64, { maxEntries: 4 });

function note(value: u64): void {
  seen.set(0, value);
}

export const onTpBtf = tpBtf("sched_switch", (ctx: TpBtfContext<[boolean, Ptr<bpfCoreTaskStruct>]>) => {
  note(u64(ctx.args[1].realParent.pid));
});
export const onKprobe = kprobe("vfs_read", (ctx: KprobeContext<[u64, u64, u64]>) => {
  note(ctx.args[2]);
  return 0;
});
export const onKretprobe = kretprobe("vfs_read", (ctx: KretprobeContext<u64>) => {
  note(ctx.result);
  return 0;
});
export const onFentry = fentry("vfs_read", (ctx: FentryContext<[u64, u64, u64]>) => note(ctx.args[2]));
export const onFexit = fexit("vfs_read", (ctx: FexitContext<[u64, u64, u64], u64>) => note(ctx.result));
export const onLsm = lsm("task_kill", (ctx: LsmContext<[Ptr<bpfCoreTaskStruct>, u64, i32]>) => {
  return ctx.args[0].pid === 1 && ctx.args[2] === 9 ? -1 : 0;
});
export const onXdp = xdp((ctx) => {
  const ethernet = ctx.packet.view(0, Ethernet);
  if (ethernet?.protocol !== htons(0x0800)) return XdpAction.PASS;
  const ip = ctx.packet.view(14, Ipv4);
  if (!ip) return XdpAction.ABORTED;
  ip.ttl -= 1;
  note(u64(ctx.packet.length) + u64(ctx.ingressIfindex));
  return ip.protocol === 17 ? XdpAction.DROP : XdpAction.TX;
});
export const onTc = tc("ingress", (ctx) => {
  ctx.mark = ctx.mark + ctx.len;
  return ctx.packet.view(12, u16) === htons(0x0806) ? TcAction.SHOT : TcAction.OK;
});
export const onConnect = cgroupConnect4((ctx) => {
  if (ntohs(ctx.userPort) === 25) return false;
  ctx.userPort = u32(htons(8080));
  return true;
});
export const onSocket = socketFilter((ctx) => (ctx.len > 64 ? 64 : 0));
export const onSample = perfEvent((ctx) => {
  note(ctx.samplePeriod);
  return 0;
});
export const onSyscall = syscall(Sum, (value) => {
  value.sum = u64(value.left) + u64(value.right);
  return 0;
});
