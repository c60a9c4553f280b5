// npm run test:kernels [-- SERIES...]: on six kernels the tracer, every program of the tests and benchmarks, and
// programs of all kinds attached, with the very same object bytes on each.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { objectPath, repository, scratchFolder } from "../support/repository.js";
import { buildGuestFiles, kernelSeries, runOnKernel } from "./kernel.js";

const columns = [
  "series",
  "release",
  "processes",
  "lost",
  "kinds",
  "loaded",
  "not here",
  "failed",
  "runs",
  "s",
  "result",
];

function row(...cells: readonly (string | number)[]): void {
  const widths = [8, 28, 11, 6, 7, 8, 10, 8, 7, 6];
  const text = cells.map((cell, index) => String(cell).padEnd(widths[index] ?? 0)).join("");
  process.stdout.write(`${text.trimEnd()}\n`);
}

/** Whether all is well there. */
function tryOn(series: string, folder: string, details: boolean): boolean {
  const from = Date.now();
  try {
    const result = runOnKernel(series, folder, objectPath);
    const isOk = result.faults.length + result.failed.length === 0;
    const { release, expected, lost, kinds, loaded, notHere, failed, runs } = result;
    const seconds = Math.round((Date.now() - from) / 1000);
    const counts = [expected, lost, kinds.length, loaded, notHere.length, failed.length, runs, seconds];
    row(series, release, ...counts, isOk ? "ok" : "FAILED");
    for (const text of [...result.faults, ...failed]) process.stdout.write(`  ${text.replaceAll("\n", "\n  ")}\n`);
    if (!details) return isOk;
    for (const text of notHere) process.stdout.write(`  not here: ${text}\n`);
    process.stdout.write(`  seconds: ${JSON.stringify(result.seconds)}\n`);
    return isOk;
  } catch (error) {
    row(series, "-", ...Array.from({ length: 8 }, () => "-"), "FAILED");
    process.stdout.write(`  ${String(error).replaceAll("\n", "\n  ")}\n`);
    return false;
  }
}

async function main(args: readonly string[]): Promise<number> {
  const wanted = args.filter((arg) => !arg.startsWith("-"));
  using folder = scratchFolder();
  await buildGuestFiles(folder.path);
  const digest = createHash("sha256")
    .update(readFileSync(join(repository, objectPath)))
    .digest("hex");
  process.stdout.write(`${objectPath} sha256 ${digest}\n\n`);
  row(...columns);
  const series = wanted.length > 0 ? wanted : kernelSeries;
  const results = series.map((one) => tryOn(one, folder.path, args.includes("--details")));
  return results.every(Boolean) ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
