// scripts/build.sh and its environment, in a copy of the repository so that nobody's build/ is disturbed.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { repository, scratchFolder } from "./support/repository.js";

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly object: Buffer | undefined;
}

/** Runs build.sh in `folder` with this environment on top of ours. */
function build(folder: string, environment: Readonly<Record<string, string>>): Outcome {
  for (const name of ["scripts", "package-lock.json", "package.json", "tsconfig.json", "tsconfig.base.json"]) {
    cpSync(join(repository, name), join(folder, name), { recursive: true, preserveTimestamps: true });
  }
  for (const name of ["node_modules", "packages", "test"]) {
    rmSync(join(folder, name), { force: true });
    symlinkSync(join(repository, name), join(folder, name));
  }
  const object = join(folder, "build/sched.bpf.o");
  rmSync(object, { force: true });
  const env = { ...process.env, BPF_CPU: "", TSBPF_BIN: "", ...environment };
  const { status, stdout, stderr } = spawnSync("/bin/bash", [join(folder, "scripts/build.sh")], {
    env,
    encoding: "utf8",
  });
  let made: Buffer | undefined;
  try {
    made = readFileSync(object);
  } catch {
    made = undefined;
  }
  return { status, stdout, stderr, object: made };
}

function executable(path: string, text: string): string {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

/** A tsbpf that writes its arguments where the object should go. */
const fakeTsbpf = '#!/bin/sh\necho "$@" >build/sched.bpf.o\n';

describe("build.sh", () => {
  for (const [cpu, expected] of [
    ["", "v3"],
    ["v1", "v1"],
    ["v4", "v4"],
  ] as const) {
    it(`gives TSBPF_BIN the work, with BPF_CPU "${cpu}"`, () => {
      using folder = scratchFolder();
      const TSBPF_BIN = executable(join(folder.path, "other-tsbpf"), fakeTsbpf);
      const { status, stderr, object } = build(folder.path, { TSBPF_BIN, BPF_CPU: cpu });
      assert.equal(status, 0, stderr);
      const wanted = `build packages/rawtp-sched/bpf/sched.ts -o build/sched.bpf.o --cpu ${expected}\n`;
      assert.equal(String(object), wanted);
    });
  }

  it("fails when TSBPF_BIN does", () => {
    using folder = scratchFolder();
    const TSBPF_BIN = executable(join(folder.path, "other-tsbpf"), "#!/bin/sh\necho broken >&2\nexit 7\n");
    const { status, stderr } = build(folder.path, { TSBPF_BIN });
    assert.deepEqual([status, stderr], [7, "broken\n"]);
  });

  it("compiles for each instruction set, v3 when none is given", () => {
    using folder = scratchFolder();
    const objects = ["v1", "v2", "v3", "v4", ""].map((BPF_CPU) => {
      const { status, stdout, stderr, object } = build(folder.path, { BPF_CPU });
      assert.deepEqual([status, stdout], [0, ""], stderr);
      assert.equal(object?.subarray(0, 4).toString("latin1"), "\u007fELF");
      return object.toString("hex");
    });
    assert.equal(objects[4], objects[2]);
    // v3 has 32-bit jumps and v1 has not: this program branches, so the objects differ.
    assert.notEqual(objects[0], objects[2]);
  });

  const refused: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
    [{ BPF_CPU: "v5" }, /^build\.sh: BPF_CPU is "v5": it must be v1, v2, v3 or v4\n$/],
    [{ BPF_CPU: "probe" }, /^build\.sh: BPF_CPU is "probe": it must be v1, v2, v3 or v4\n$/],
    [{ TSBPF_BIN: "no-such-tsbpf" }, /^build\.sh: TSBPF_BIN is "no-such-tsbpf": no such executable\n$/],
  ];
  for (const [environment, message] of refused) {
    it(`refuses ${JSON.stringify(environment)}`, () => {
      using folder = scratchFolder();
      const { status, stderr, object } = build(folder.path, environment);
      assert.deepEqual([status, object], [1, undefined]);
      assert.match(stderr, message);
    });
  }

  const nodes: readonly (readonly [string, string | undefined, RegExp])[] = [
    [
      "too old",
      '#!/bin/sh\n[ "$1" = --version ] && echo v18.0.0\nexit 1\n',
      /Node\.js v18\.0\.0 is too old: install 20\.19/,
    ],
    ["missing", undefined, /node is not in (?:sudo's )?PATH: install Node\.js 20\.19/],
  ];
  for (const [name, text, message] of nodes) {
    it(`says so when Node is ${name}`, () => {
      using folder = scratchFolder();
      const bin = join(folder.path, "bin");
      mkdirSync(bin);
      for (const tool of ["dirname", "basename"]) symlinkSync(`/usr/bin/${tool}`, join(bin, tool));
      if (text !== undefined) executable(join(bin, "node"), text);
      const { status, stderr } = build(folder.path, { PATH: bin });
      assert.equal(status, 1);
      assert.match(stderr, message);
    });
  }
});
