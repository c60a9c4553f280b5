// Answers of helpers that depend on flags and sizes: those of the kernel.
import {
  bpfGetStack, bpfRingbufOutput, bpfStrncmp, bytes, chars, i32, rawTracepoint, ringBuffer, struct, u32, u64,
} from "tsbpf";

const Event = struct({ number: u32 });
const Text = struct({ text: chars(8) });
const Odd = struct({ addresses: bytes(60) });
const Even = struct({ addresses: bytes(64) });
export const ring = ringBuffer(Event, { bytes: 4096 });

export const order = rawTracepoint("sched_process_exec", () => {
  using first = ring.reserve();
  if (!first) return 1;
  first.number = 1;
  ring.output(Event({ number: 2 }));
  first.submit();
  return 0;
});

export const output = rawTracepoint("sched_process_exec", (ctx) =>
  i32(bpfRingbufOutput(ring, Event({ number: 3 }), u64(ctx.args[0]))),
);

export const compare = rawTracepoint("sched_process_exec", (ctx) => {
  const value = Text({ text: "abc" });
  if (ctx.args[0] === 0n) return i32(bpfStrncmp(value.text, "xyz"));
  if (ctx.args[0] === 1n) return i32(bpfStrncmp(value.text, "ab"));
  return i32(bpfStrncmp(value.text, "abc"));
});

export const oddStack = rawTracepoint("sched_process_exec", (ctx) => {
  const stack = Odd({});
  return i32(bpfGetStack(ctx, stack.addresses, 0n));
});

export const evenStack = rawTracepoint("sched_process_exec", (ctx) => {
  const stack = Even({});
  return i32(bpfGetStack(ctx, stack.addresses, u64(ctx.args[0])));
});
