// Text that a helper wants in read-only data: a format, and what other text is compared with.
import { bpfGetCurrentComm, bpfSnprintf, bpfStrncmp, chars, perfEventArray, rawTracepoint, struct, u64 } from "tsbpf";

const Line = struct({ comm: chars(16), text: chars(32) });
const Values = struct({ first: u64, second: u64 });
export const lines = perfEventArray(Line);

export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const line = Line();
  bpfGetCurrentComm(line.comm);
  if (bpfStrncmp(line.comm, "bash") === 0n) return 1;
  bpfSnprintf(line.text, "%d of %d", Values({ first: 1n, second: 2n }));
  lines.output(ctx, line);
  return 0;
});
