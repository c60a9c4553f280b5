// The command that npm installs is made of a few joined files: it does what the modules do that they were joined from.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { repository, scratchFolder } from "./support/repository.js";

const modules = join(repository, "packages/tsbpf/dist/cli/main.js");
const bundle = join(repository, "packages/tsbpf/dist/bundle/tsbpf.cjs");
const source = "packages/rawtp-sched/bpf/sched.ts";

function run(main: string, words: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [main, ...words], {
    cwd: repository,
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  if (error) throw error;
  return `${status}\n${stdout}\n${stderr}`;
}

test("every command of the bundle", () => {
  using scratch = scratchFolder();
  const object = join(scratch.path, "sched.bpf.o");
  const built = [modules, bundle].map((main) => {
    assert.match(run(main, ["build", source, "-o", object]), /^0\n/, main);
    return readFileSync(object);
  });
  assert.deepEqual(built[1], built[0]);

  const lines: readonly (readonly [words: readonly string[], output: RegExp])[] = [
    [[], /^2\n/],
    [["help", "build"], /^0\n/],
    [["version"], /^0\n/],
    [["inspect", object], /^0\n/],
    [["vmlinux", "--btf", object], /^0\n/],
    [["doctor"], /^[01]\n/],
    [["build", "missing.ts"], /^1\n/],
    [["biuld", source], /^2\n/],
  ];
  for (const [words, output] of lines) {
    const expected = run(modules, words);
    assert.match(expected, output, words.join(" "));
    assert.equal(run(bundle, words), expected, words.join(" "));
  }
});
