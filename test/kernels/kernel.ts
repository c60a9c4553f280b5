// One other kernel: fetched from Debian when it is not in the cache yet, booted in QEMU, and the tracer run there.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { repository } from "../support/repository.js";
import type { KnownResult } from "../support/known.js";

/** Oldest first: long-term series that distributions ship, and the newest two. */
export const kernelSeries: readonly string[] = ["5.10", "6.1", "6.12", "6.18", "7.2", "7.3"];

export interface KernelResult extends KnownResult {
  readonly release: string;
}

/** `folder` has the helper programs (buildKnown). Throws when the kernel cannot be had or does not boot. */
export function runOnKernel(series: string, folder: string, objectPath: string): KernelResult {
  const kernel = run("fetch-kernel.sh", [series]).trim();
  const guest = join(repository, "test/dist/kernels/guest.js");
  const output = run("vmtest.sh", [kernel, "--", process.execPath, guest, folder, objectPath]);
  return JSON.parse(output.trimEnd().split("\n").at(-1) ?? "") as KernelResult;
}

function run(script: string, args: readonly string[]): string {
  const command = join(repository, "test/kernels", script);
  const done = spawnSync(command, args, { cwd: repository, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  if (done.error) throw done.error;
  if (done.status !== 0) {
    throw new Error(`${script} ${args[0]}: exit status ${done.status}\n${done.stdout}${done.stderr}`);
  }
  return done.stdout;
}
