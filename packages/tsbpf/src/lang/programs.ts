// One factory for each attach point. The exported name of what it returns is the program's name in the object.

import type { Program, RawTracepointArgs, RawTracepointContext } from "./types.js";

/**
 * A program on the raw tracepoint `name` (the kernel's name without its group: "sched_process_exec"). `ctx.args`
 * holds the tracepoint's arguments; give their types to read them as such:
 * `rawTracepoint("sched_process_exec", (ctx: RawTracepointContext<[Ptr<bpfCoreTaskStruct>, i32]>) => { … })`.
 * Requires Linux 4.17 or newer.
 */
export function rawTracepoint<Args extends readonly unknown[] = RawTracepointArgs>(
  name: string,
  handler: (ctx: RawTracepointContext<Args>) => number | void,
): Program<"raw_tracepoint"> {
  void name;
  return { programKind: "raw_tracepoint", handler };
}
