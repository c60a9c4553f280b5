#!/usr/bin/env node
// The bin "tsbpf". It only connects the process to run.ts; what costs time is imported by the command that needs it.

import { wantsColor } from "./io.js";
import { runCli } from "./run.js";

for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // Whoever read our output has seen enough (`tsbpf inspect x.o | head`): nothing is left to do.
    if (error.code === "EPIPE") process.exit(process.exitCode ?? 0);
    // A redirect to a full disk must not look like success; stderr may be on the same disk, so only the code tells.
    if (stream === process.stdout) process.stderr.write(`tsbpf: write output: ${error.message}\n`);
    process.exit(1);
  });
}

/** A pipe takes 64 KiB; the rest waits for whoever reads. */
function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write("", () => resolve()));
}

async function main(): Promise<void> {
  process.exitCode = await runCli(process.argv.slice(2), {
    stdout: (text) => process.stdout.write(text),
    stderr: (text) => process.stderr.write(text),
    colorStdout: wantsColor(process.stdout, process.env),
    colorStderr: wantsColor(process.stderr, process.env),
    cwd: process.cwd(),
  });
  await Promise.all([process.stdout, process.stderr].map(written));
  // To take apart what is left of a compiler takes as long as to check a program. A failed write is told before.
  setImmediate(() => process.exit());
}

void main();
