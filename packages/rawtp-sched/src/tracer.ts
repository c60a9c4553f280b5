// The tracer: loads the program, attaches it, and writes its events until it is told to stop. Events go to standard
// output; the banner, losses and hints to standard error.

import { type EventRecord, load } from "tsbpf/loader";
import type * as sched from "../bpf/sched.js";
import type { OutputFormat, TracerOptions } from "./arguments.js";
import { createWallClock, type WallClock } from "./clock.js";
import { formatExec, formatLostJson, formatLostText } from "./format.js";
import { findObject } from "./object-path.js";
import { createOutput } from "./output.js";
import { startQuietHint } from "./quiet-hint.js";

interface ExecEvent {
  readonly pid: number;
  readonly tgid: number;
  readonly comm: string;
}

/** Resolves when it was stopped by a signal, or when nobody reads its output any more. */
export async function runTracer(options: TracerOptions): Promise<void> {
  const stop = new AbortController();
  const path = findObject(options.objectPath);
  const output = createOutput(process.stdout);
  output.closed.addEventListener("abort", () => stop.abort());
  // Nobody may be left to read the banner either; then there is nothing to tell, and nobody to tell it to.
  process.stderr.on("error", () => {});
  // Once: a second signal ends the process even where the output's reader has stopped reading.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());

  await using object = await load<typeof sched>(path, options.btfPath === undefined ? {} : { btf: options.btfPath });
  using link = object.programs.schedProcessExec.attach();
  stop.signal.addEventListener("abort", () => link.close());
  say(`attached raw tracepoint sched_process_exec from ${path}\npress Ctrl+C to stop\n`);

  const hint = startQuietHint(process.stderr);
  const clock = createWallClock();
  const losses = new Map<number, number>();
  for await (const batch of object.maps.events.batches({ signal: stop.signal })) {
    hint.cancel();
    clock.adjust();
    await output.write(formatBatch(batch, options.format, clock, losses));
  }
  hint.cancel();
  summarize(losses);
  const failure = output.failure();
  if (failure) throw failure;
}

/** The text for standard output. Losses are counted, and told where the format says. */
function formatBatch(
  batch: readonly EventRecord<ExecEvent>[],
  format: OutputFormat,
  clock: WallClock,
  losses: Map<number, number>,
): string {
  let text = "";
  for (const record of batch) {
    if (record.kind === "event") {
      const { pid, tgid, comm } = record.event;
      text += formatExec({ timeNs: clock.wallNs(record.timeNs ?? process.hrtime.bigint()), pid, tgid, comm }, format);
    } else {
      losses.set(record.cpu, (losses.get(record.cpu) ?? 0) + record.count);
      if (format === "json") text += formatLostJson(record);
      else say(formatLostText(record));
    }
  }
  return text;
}

function summarize(losses: ReadonlyMap<number, number>): void {
  const total = [...losses.values()].reduce((sum, count) => sum + count, 0);
  if (total === 0) return;
  const cpus = [...losses].map(([cpu, count]) => `${count} on CPU ${cpu}`);
  say(`lost in all: ${total} (${cpus.join(", ")})\n`);
}

function say(text: string): void {
  process.stderr.write(text);
}
