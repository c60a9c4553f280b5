// Signals: who sends which to whom; the loud ones as events, all of them as counters.
import {
  bpfGetCurrentComm,
  bpfGetCurrentPidTgid,
  chars,
  type Chars,
  hashMap,
  i32,
  perfEventArray,
  type Ptr,
  rawTracepoint,
  type RawTracepointContext,
  struct,
  u32,
  u64,
  u8,
} from "tsbpf";

interface bpfCoreTaskStruct {
  readonly tgid: i32;
  readonly comm: Chars<16>;
}

const Pair = struct({ from: u32, to: u32, signal: u8 });
export const Signal = struct({ from: u32, to: u32, signal: i32, result: i32, sender: chars(16), target: chars(16) });
export const counts = hashMap(Pair, u64, { maxEntries: 8192 });
export const events = perfEventArray(Signal);

export const onSignal = rawTracepoint(
  "signal_generate",
  (ctx: RawTracepointContext<[i32, u64, Ptr<bpfCoreTaskStruct>, i32, i32]>) => {
    const signal = ctx.args[0];
    const task = ctx.args[2];
    const from = u32(bpfGetCurrentPidTgid() >> 32n);
    const to = u32(task.tgid);
    const pair = Pair({ from, to, signal: u8(signal) });
    const count = counts.ref(pair);
    if (count) count.value += 1n;
    else counts.set(pair, 1n);
    // SIGKILL, SIGSEGV, SIGABRT, SIGTERM.
    if (signal !== 9 && signal !== 11 && signal !== 6 && signal !== 15) return;
    const event = Signal({ from, to, signal, result: ctx.args[4], target: task.comm });
    bpfGetCurrentComm(event.sender);
    events.output(ctx, event);
  },
);
