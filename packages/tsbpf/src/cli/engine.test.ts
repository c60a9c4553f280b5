import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { flagOf } from "./engine.js";

test("this engine takes its flag without a word", () => {
  const module = new URL("engine.js", import.meta.url).href;
  const script = `import { optimiseLater } from ${JSON.stringify(module)}; optimiseLater();`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", script], {
    encoding: "utf8",
  });
  assert.deepEqual([status, stdout, stderr], [0, "", ""]);
});

test("an engine that nobody tried gets no flag", () => {
  assert.equal(flagOf(10), undefined);
  assert.equal(flagOf(15), undefined);
  assert.match(flagOf(11) ?? "", /^--interrupt-budget=/);
  assert.match(flagOf(13) ?? "", /turbofan/);
});
