// One other kernel: fetched from Debian when it is not in the cache yet, booted in QEMU, and the tracer run there.

import { spawnSync, type SpawnSyncReturns } from "node:child_process";
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
  const kernel = fetchKernel(series);
  const guest = join(repository, "test/dist/kernels/guest.js");
  const output = bootGuest([kernel, "--", process.execPath, guest, folder, objectPath]);
  return JSON.parse(output.trimEnd().split("\n").at(-1) ?? "") as KernelResult;
}

/** The folder of a kernel; it is fetched where it is not there yet. */
export function fetchKernel(series: string): string {
  return run("fetch-kernel.sh", [series]).trim();
}

/** What the guest prints first: from here on, whatever happens to its kernel may be our doing. */
export const guestStarted = "guest started";
const bootAttempts = 3;
/** The VM ended without the command's status (vmtest.sh). */
const vmFailed = 125;

/**
 * Under software emulation with two CPUs a kernel sometimes panics while it patches its own code during boot, before
 * anything of ours is there. Such a boot is tried again; one that got as far as our program is not.
 */
export function bootGuest(args: readonly string[], environment: Readonly<Record<string, string>> = {}): string {
  for (let attempt = 1; ; attempt++) {
    const done = execute("vmtest.sh", args, environment);
    const mayRetry = done.status === vmFailed && !done.stdout.includes(guestStarted) && attempt < bootAttempts;
    if (!mayRetry) return outputOf("vmtest.sh", args, done);
    process.stderr.write(`${args[0]}: the kernel did not boot (attempt ${attempt} of ${bootAttempts})\n`);
  }
}

function run(script: string, args: readonly string[]): string {
  return outputOf(script, args, execute(script, args));
}

function execute(
  script: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): SpawnSyncReturns<string> {
  const command = join(repository, "test/kernels", script);
  const env = { ...process.env, ...environment };
  const done = spawnSync(command, args, { cwd: repository, encoding: "utf8", env, stdio: ["ignore", "pipe", "pipe"] });
  if (done.error) throw done.error;
  return done;
}

function outputOf(script: string, args: readonly string[], done: SpawnSyncReturns<string>): string {
  if (done.status === 0) return done.stdout;
  throw new Error(`${script} ${args[0]}: exit status ${done.status}\n${done.stdout}${done.stderr}`);
}
