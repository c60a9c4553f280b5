// Programs of kinds that the verifier treats each in its own way: contexts that are read and written, and answers.
import {
  cgroupConnect4, cgroupConnect6, hashMap, htons, ntohs, perfEvent, perfEventArray, socketFilter, struct,
  tpBtf, u32, u64, type i32, type Ptr, type TpBtfContext,
} from "tsbpf";

interface bpfCoreTaskStruct { readonly pid: i32 }

const Sample = struct({ period: u64, address: u64 });
export const samples = perfEventArray(Sample);
export const switches = hashMap(u32, u64, { maxEntries: 1024 });

type SwitchArgs = [boolean, Ptr<bpfCoreTaskStruct>, Ptr<bpfCoreTaskStruct>];

export const onSwitch = tpBtf("sched_switch", (ctx: TpBtfContext<SwitchArgs>) => {
  const next = u32(ctx.args[2].pid);
  // The high half counts the times that the one before was interrupted.
  const step: u64 = ctx.args[0] ? 1n << 32n : 1n;
  const count = switches.ref(next);
  if (count) count.value += step;
  else switches.set(next, step);
});

export const redirect4 = cgroupConnect4((ctx) => {
  if (ntohs(ctx.userPort) === 81) ctx.userPort = u32(htons(82));
  return ctx.userIp4 !== 0;
});

export const redirect6 = cgroupConnect6((ctx) => {
  if (ctx.userIp6[3] === 0) return false;
  ctx.userIp6[3] = ctx.userIp6[3] ^ 1;
  return ctx.type === 1;
});

export const firstBytes = socketFilter((ctx) => {
  ctx.cb[0] = 1;
  return ctx.len > 64 ? 64 : 0;
});

export const sample = perfEvent((ctx) => {
  samples.output(ctx, Sample({ period: ctx.samplePeriod, address: ctx.addr }));
});
