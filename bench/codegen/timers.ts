// Timers and interrupts: how often each function and each line fires, and the longest gap between two ticks.
import {
  bpfCoreAddressOf,
  bpfKtimeGetNs,
  hashMap,
  i32,
  perCpuArray,
  type Ptr,
  rawTracepoint,
  type RawTracepointContext,
  struct,
  u64,
} from "tsbpf";

interface bpfCoreCode {}
interface bpfCoreTimerList {
  readonly function: Ptr<bpfCoreCode>;
  readonly expires: u64;
}

const Timer = struct({ fired: u64, late: u64 });
const Tick = struct({ last: u64, longest: u64, ticks: u64 });
export const timers = hashMap(u64, Timer, { maxEntries: 4096 });
export const lines = hashMap(i32, u64, { maxEntries: 256 });
export const ticks = perCpuArray(Tick, { maxEntries: 1 });

export const onTimer = rawTracepoint(
  "timer_expire_entry",
  (ctx: RawTracepointContext<[Ptr<bpfCoreTimerList>, u64]>) => {
    const list = ctx.args[0];
    const key = bpfCoreAddressOf(list.function);
    const late = ctx.args[1] > list.expires;
    const timer = timers.get(key);
    if (timer) {
      timer.fired += 1n;
      if (late) timer.late += 1n;
    } else {
      timers.set(key, Timer({ fired: 1n, late: late ? 1n : 0n }));
    }
  },
);

export const onInterrupt = rawTracepoint("irq_handler_entry", (ctx: RawTracepointContext<[i32]>) => {
  const line = ctx.args[0];
  const count = lines.ref(line);
  if (count) count.value += 1n;
  else lines.set(line, 1n);
});

export const onTick = rawTracepoint("hrtimer_expire_entry", () => {
  const tick = ticks.get(0);
  if (!tick) return;
  const now = bpfKtimeGetNs();
  if (tick.last !== 0n) {
    const gap = u64(now - tick.last);
    if (gap > tick.longest) tick.longest = gap;
  }
  tick.last = now;
  tick.ticks += 1n;
});
