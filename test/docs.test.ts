// The examples of docs/ work as they are printed: their files are written out, compiled by tsc and run.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { repository, scratchFolder } from "./support/repository.js";

/** Code blocks whose first line names a file, in their order. */
function files(markdown: string): ReadonlyMap<string, string> {
  const blocks = markdown.matchAll(/^```(?:ts|jsonc)\n\/\/ ([\w./-]+\.(?:ts|json))\n([\s\S]*?)^```$/gm);
  return new Map(Array.from(blocks, ([, name = "", text = ""]) => [name, text]));
}

test("the example of docs/testing.md", () => {
  const example = files(readFileSync(join(repository, "docs/testing.md"), "utf8"));
  assert.deepEqual([...example.keys()], ["tsconfig.json", "bpf/opens.ts", "opens.test.ts"]);
  using scratch = scratchFolder();
  const folder = scratch.path;
  for (const [name, text] of example) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const tsc = join(repository, "node_modules/typescript/bin/tsc");
  execFileSync(process.execPath, [tsc], { cwd: folder, stdio: "pipe" });
  // Node's test runner would not run inside itself.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const run = ["--test", "--test-reporter=tap", "out/opens.test.js"];
  const output = execFileSync(process.execPath, run, { cwd: folder, encoding: "utf8", env });
  assert.match(output, /^# pass 2$/m);
});
