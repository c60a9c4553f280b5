// The work of the proof shared by processes: each takes every n-th seed.

import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { addSummaries, type ManyOptions, type Summary } from "./many.test.support.js";

/** What a process is asked to do, as its one argument. */
export type Share = Omit<ManyOptions, "report">;

/** What it answers. */
export type Message = { readonly line: string } | { readonly summary: Summary };

const worker = fileURLToPath(new URL("worker.test.support.js", import.meta.url));

/** As `proveMany`, by `count` processes. */
export async function proveInProcesses(options: ManyOptions, count: number): Promise<Summary> {
  const { report, ...share } = options;
  const shares = Array.from({ length: count }, (_, index): Share => {
    return { ...share, programs: Math.ceil(options.programs / count), seed: options.seed + index, stride: count };
  });
  return addSummaries(await Promise.all(shares.map((one) => runShare(one, report))));
}

function runShare(share: Share, report: ManyOptions["report"]): Promise<Summary> {
  return new Promise((resolve, reject) => {
    let summary: Summary | undefined;
    const child = fork(worker, [JSON.stringify(share)]);
    child.on("message", (message: Message) => {
      if ("line" in message) report(message.line);
      else summary = message.summary;
    });
    child.on("error", reject);
    child.on("exit", (code) => {
      if (summary && code === 0) resolve(summary);
      else reject(new Error(`the process for seed ${share.seed} and its successors ended with ${code}`));
    });
  });
}
