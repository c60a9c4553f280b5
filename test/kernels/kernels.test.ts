// The short form of `npm run test:kernels`: the oldest and the newest of its kernels.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { buildKnown } from "../support/known.js";
import { objectPath, scratchFolder } from "../support/repository.js";
import { lacksRoot } from "../support/rights.js";
import { attachKinds, buildKinds } from "./kinds.js";
import { kernelSeries, runOnKernel } from "./kernel.js";

describe("other kernels", () => {
  for (const series of [kernelSeries.at(0) ?? "", kernelSeries.at(-1) ?? ""]) {
    it(`traces known processes on Linux ${series}`, (t) => {
      if (lacksRoot(t)) return;
      using folder = scratchFolder();
      buildKnown(folder.path);
      const result = runOnKernel(series, folder.path, objectPath);
      assert.ok(result.release.startsWith(`${series}.`), result.release);
      assert.deepEqual(result.faults, []);
    });

    it(`attaches programs of all kinds on Linux ${series}`, (t) => {
      if (lacksRoot(t)) return;
      using folder = scratchFolder();
      buildKinds(folder.path);
      assert.ok(attachKinds(series, folder.path).length > 10);
    });
  }
});
