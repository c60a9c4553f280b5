// The tracer: loads the program, attaches it, and writes its events until it is told to stop. Events go to standard
// output; the banner, losses and hints to standard error.

import { type EventRecord, load } from "tsbpf/loader";
import type * as sched from "../bpf/sched.js";
import type { OutputFormat, TracerOptions } from "./arguments.js";
import { createWallClock, type WallClock } from "./clock.js";
import { formatExec, formatLostJson, formatLostText, type LostRecord } from "./format.js";
import { createLedger, type Ledger } from "./ledger.js";
import { findObject } from "./object-path.js";
import { createOutput } from "./output.js";
import { startQuietHint } from "./quiet-hint.js";
import { createSkipCounter, type SkipCounter } from "./skipped.js";

/**
 * Under load events are written this often. A lone one is written at once; more often costs CPU time and shows nothing
 * that a reader could tell apart.
 */
const latencyMs = 50;

interface ExecEvent {
  readonly pid: number;
  readonly tgid: number;
  readonly comm: string;
}

/** Looking for skipped runs costs a system call or three. */
const skipCheckMs = 1000;

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
  const program = object.programs.schedProcessExec;
  using link = program.attach();
  stop.signal.addEventListener("abort", () => link.close());
  say(`attached raw tracepoint sched_process_exec from ${path}\npress Ctrl+C to stop\n`);

  const hint = startQuietHint(process.stderr);
  const writer = createWriter(options.format, createSkipCounter(program.fd));
  for await (const batch of object.maps.events.batches({ signal: stop.signal, latencyMs })) {
    hint.cancel();
    await output.write(writer.text(batch));
  }
  hint.cancel();
  await output.write(writer.end());
  say(writer.ledger.summary());
  const failure = output.failure();
  if (failure) throw failure;
}

interface Writer {
  readonly ledger: Ledger;
  /** The text for standard output. Losses are counted, and told where the format says. */
  text(batch: readonly EventRecord<ExecEvent>[]): string;
  /** After the last batch: what the kernel skipped since. */
  end(): string;
}

function createWriter(format: OutputFormat, skips: SkipCounter): Writer {
  const clock: WallClock = createWallClock();
  const ledger = createLedger();
  let nextCheckMs = performance.now() + skipCheckMs;

  const lost = (record: LostRecord): string => {
    ledger.add(record);
    if (format === "json") return formatLostJson(record);
    say(formatLostText(record));
    return "";
  };
  const skipped = (): string => {
    const count = skips.take();
    return count === 0 ? "" : lost({ cpu: undefined, count });
  };
  return {
    ledger,
    text(batch) {
      clock.adjust();
      let text = "";
      for (const record of batch) {
        if (record.kind === "lost") {
          text += lost(record);
          continue;
        }
        const { pid, tgid, comm } = record.event;
        const timeNs = clock.wallNs(record.timeNs ?? process.hrtime.bigint());
        text += formatExec({ timeNs, pid, tgid, comm }, format);
      }
      if (performance.now() < nextCheckMs) return text;
      nextCheckMs = performance.now() + skipCheckMs;
      return text + skipped();
    },
    end: skipped,
  };
}

function say(text: string): void {
  if (text !== "") process.stderr.write(text);
}
