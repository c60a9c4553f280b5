// One other kernel: fetched from Debian when it is not in the cache yet, and booted in QEMU for all that is tried.

import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { join } from "node:path";
import { buildKnown } from "../support/known.js";
import { repository } from "../support/repository.js";
import type { GuestResult } from "./guest.js";
import { buildKinds } from "./kinds.js";
import { buildPrograms } from "./programs.js";

/** Oldest first: long-term series that distributions ship, and the newest two. */
export const kernelSeries: readonly string[] = ["5.10", "6.1", "6.12", "6.18", "7.2", "7.3"];

export interface KernelResult extends GuestResult {
  /** Names of the tests of program kinds that passed. */
  readonly kinds: readonly string[];
}

/** What the guest prints first: from here on, whatever happens to its kernel may be our doing. */
export const guestStarted = "guest started";
/** What the line with the guest's result begins with. */
export const resultMark = "result ";

/** Builds what every kernel gets into `folder`: helper programs and objects. */
export async function buildGuestFiles(folder: string): Promise<void> {
  buildKnown(folder);
  buildKinds(join(folder, "kinds"));
  await buildPrograms(join(folder, "programs"));
}

/**
 * Boots the kernel and runs everything there. Throws when the kernel cannot be had or does not boot, and with the whole
 * report when a test of program kinds failed.
 */
export function runOnKernel(series: string, folder: string, objectPath: string): KernelResult {
  const guest = join(repository, "test/dist/kernels/guest.js");
  const kernel = run("fetch-kernel.sh", [series]).trim();
  const output = bootGuest([kernel, "--", process.execPath, "--test-reporter=tap", guest, folder, objectPath], {
    VMTEST_ENV: "CI TSBPF_OBJECTS",
    // Older Debian kernels have BPF as a security module, but do not start it unasked.
    VMTEST_APPEND: "lsm=landlock,lockdown,yama,integrity,bpf",
    TSBPF_OBJECTS: join(folder, "kinds"),
    CI: "true",
    // All of it, one after the other, in software emulation.
    VMTEST_TIMEOUT: "900",
  });
  const result = output.split("\n").find((line) => line.startsWith(resultMark)) ?? "";
  const kinds = Array.from(output.matchAll(/^\s*ok \d+ - (.*)$/gm), (match) => match[1] ?? "");
  return { ...(JSON.parse(result.slice(resultMark.length)) as GuestResult), kinds };
}

const bootAttempts = 3;
/** The VM ended without the command's status (vmtest.sh). */
const vmFailed = 125;

/**
 * Under software emulation with two CPUs a kernel sometimes panics while it patches its own code during boot, before
 * anything of ours is there. Such a boot is tried again; one that got as far as our program is not.
 */
function bootGuest(args: readonly string[], environment: Readonly<Record<string, string>>): string {
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
