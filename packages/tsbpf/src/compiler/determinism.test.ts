// The same source gives the same bytes, in whatever folder it lies and from whatever folder it is compiled.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { compile } from "./compile.js";
import { casesFolder } from "./run.test.support.js";

const cases = [
  "run/functions.ts",
  "run/maps.ts",
  "run/subprograms.ts",
  "lang/core-chain.ts",
  "lang/ring-buffer.ts",
  "lang/sched.ts",
];

/** A copy of the cases in a project of its own, `depth` folders down. */
function project(root: string, name: string): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), "{}");
  for (const part of ["run", "lang"]) cpSync(casesFolder + part, join(folder, part), { recursive: true });
  return folder;
}

test("objects do not depend on where they are made", (t) => {
  const root = mkdtempSync(join(tmpdir(), "tsbpf-same-"));
  const before = process.cwd();
  t.after(() => {
    process.chdir(before);
    rmSync(root, { recursive: true });
  });
  const folders = [project(root, "one"), project(root, "deeper/and-longer/two")];
  for (const name of cases) {
    const objects = [
      ...folders.map((folder) => {
        process.chdir(folder);
        return compile({ file: name }).object;
      }),
      compile({ file: join(folders[0] ?? "", name) }).object,
    ];
    const [first, ...others] = objects;
    assert.ok(first, name);
    for (const other of others) assert.deepEqual(other, first, name);
    const text = Buffer.from(first).toString("latin1");
    assert.ok(text.includes(name), `${name} is not named in its own object`);
    for (const folder of [root, ...folders]) assert.ok(!text.includes(folder), `${folder} is in the object of ${name}`);
  }
});
