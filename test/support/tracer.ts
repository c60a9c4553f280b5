// The tracer as its users see it: a process with two outputs, a banner and signals.

import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { repository } from "./repository.js";

export const tracerMain = "packages/rawtp-sched/dist/bundle/rawtp-sched.js";

export interface TracerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface TracerProcess {
  readonly child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves when `text` has come on that output; rejects when the tracer ends or time is up first. */
  saw(output: "stdout" | "stderr", text: string | RegExp): Promise<void>;
  end(signal?: NodeJS.Signals): Promise<TracerEnd>;
}

/** `prefix` is a command that runs the tracer: setpriv and its options. */
export function startTracer(args: readonly string[], prefix: readonly string[] = []): TracerProcess {
  const [program = "", ...rest] = [...prefix, process.execPath, join(repository, tracerMain), ...args];
  const child = spawn(program, rest, { cwd: repository, stdio: ["ignore", "pipe", "pipe"] });
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      texts[name] += text;
    });
  }
  let running = true;
  const ended = new Promise<TracerEnd>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      running = false;
      resolve({ code, signal, ...texts });
    });
  });
  return {
    child,
    stdout: () => texts.stdout,
    stderr: () => texts.stderr,
    async saw(output, text) {
      const found = (): boolean => (typeof text === "string" ? texts[output].includes(text) : text.test(texts[output]));
      for (const deadline = Date.now() + 30_000; !found(); await sleep(5)) {
        if (!running) throw new Error(`the tracer ended before ${output} had ${text}: ${JSON.stringify(texts)}`);
        if (Date.now() > deadline) throw new Error(`${output} never had ${text}: ${JSON.stringify(texts)}`);
      }
    },
    end(signal) {
      if (signal) child.kill(signal);
      return ended;
    },
  };
}

/** Starts the tracer and waits until it is attached. */
export async function attachedTracer(args: readonly string[], prefix?: readonly string[]): Promise<TracerProcess> {
  const tracer = startTracer(args, prefix);
  await tracer.saw("stderr", "press Ctrl+C to stop");
  return tracer;
}
