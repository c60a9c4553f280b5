// Bugs that are put into the compiler on purpose: the proof finds each of them. A proof that finds none proves nothing.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { plantedBugs } from "./planted.test.support.js";

const hook = new URL("plant.test.support.js", import.meta.url).href;
const finder = fileURLToPath(new URL("find-planted.test.support.js", import.meta.url));

describe("planted bugs", { concurrency: 2 }, () => {
  for (const [index, { what }] of plantedBugs.entries()) {
    it(what, async (t) => {
      const { code, output } = await find(index);
      assert.equal(code, 0, `${what}: ${output}`);
      t.diagnostic(output.trim());
    });
  }

  it("are twenty at least, each somewhere else", () => {
    assert.ok(plantedBugs.length >= 20);
    assert.equal(new Set(plantedBugs.map(({ file, from }) => `${file} ${from}`)).size, plantedBugs.length);
  });
});

function find(index: number): Promise<{ code: unknown; output: string }> {
  const env = { ...process.env, TSBPF_PLANTED: String(index) };
  return new Promise((resolve) => {
    execFile(process.execPath, ["--import", hook, finder], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code : 0, output: stdout + stderr }),
    );
  });
}
