// The short form of `npm run test:kernels`: the oldest and the newest of its kernels.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { objectPath, scratchFolder } from "../support/repository.js";
import { lacksRoot } from "../support/rights.js";
import { buildGuestFiles, kernelSeries, runOnKernel } from "./kernel.js";

describe("other kernels", () => {
  for (const series of [kernelSeries.at(0) ?? "", kernelSeries.at(-1) ?? ""]) {
    it(`Linux ${series} loads every program, attaches those of all kinds, and traces known processes`, async (t) => {
      if (lacksRoot(t)) return;
      using folder = scratchFolder();
      await buildGuestFiles(folder.path);
      const result = runOnKernel(series, folder.path, objectPath);
      assert.ok(result.release.startsWith(`${series}.`), result.release);
      assert.deepEqual([result.faults, result.failed], [[], []]);
      assert.ok(result.kinds.length > 10 && result.loaded > 80 && result.runs > 1000, JSON.stringify(result));
    });
  }
});
