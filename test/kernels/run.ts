// npm run test:kernels [-- SERIES...]: the tracer and programs of all kinds on six kernels, with the very same object
// bytes on each.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildKnown } from "../support/known.js";
import { objectPath, repository, scratchFolder } from "../support/repository.js";
import { attachKinds, buildKinds } from "./kinds.js";
import { kernelSeries, runOnKernel } from "./kernel.js";

function row(...cells: readonly string[]): void {
  const widths = [8, 28, 11, 6, 7, 8];
  process.stdout.write(
    `${cells
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join("")
      .trimEnd()}\n`,
  );
}

function main(wanted: readonly string[]): number {
  using folder = scratchFolder();
  buildKnown(folder.path);
  const digest = createHash("sha256")
    .update(readFileSync(join(repository, objectPath)))
    .digest("hex");
  process.stdout.write(`${objectPath} sha256 ${digest}\n\n`);
  const objects = join(folder.path, "kinds");
  buildKinds(objects);
  row("series", "release", "processes", "lost", "kinds", "result");
  let failures = 0;
  for (const series of wanted.length > 0 ? wanted : kernelSeries) {
    try {
      const { release, expected, lost, faults } = runOnKernel(series, folder.path, objectPath);
      const kinds = attachKinds(series, objects);
      row(series, release, String(expected), String(lost), String(kinds.length), faults.length === 0 ? "ok" : "FAILED");
      for (const fault of faults) process.stdout.write(`  ${fault}\n`);
      if (faults.length > 0) failures += 1;
    } catch (error) {
      row(series, "-", "-", "-", "-", "FAILED");
      process.stdout.write(`  ${String(error).replaceAll("\n", "\n  ")}\n`);
      failures += 1;
    }
  }
  return failures === 0 ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
