import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { CliError } from "./errors.js";
import { writeFileAtomic } from "./write-atomic.js";

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "tsbpf-write-"));
  t.after(() => {
    // The disk of mountTmpfs, which was mounted over the folder itself.
    if (isMounted(folder)) execFileSync("umount", [folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

function isMounted(folder: string): boolean {
  return readFileSync("/proc/mounts", "utf8").includes(` ${folder} `);
}

/** The message of the CliError it must throw. */
function failure(path: string, bytes: Uint8Array): string {
  try {
    writeFileAtomic(path, bytes);
  } catch (error) {
    assert.ok(error instanceof CliError, String(error));
    return error.message;
  }
  return assert.fail(`writing ${path} did not fail`);
}

const bytes = Uint8Array.from({ length: 5000 }, (_, index) => index % 251);

test("a file is made, replaced, and made in folders that were missing", (t) => {
  const folder = temporaryFolder(t);
  for (const path of ["a.o", "a.o", "b/c/d.o", `${"n".repeat(250)}.o`]) {
    writeFileAtomic(join(folder, path), bytes);
    assert.deepEqual(new Uint8Array(readFileSync(join(folder, path))), bytes, path);
  }
  writeFileAtomic(join(folder, "a.o"), bytes.subarray(0, 1));
  assert.equal(statSync(join(folder, "a.o")).size, 1);
  writeFileAtomic(join(folder, "empty.o"), new Uint8Array());
  assert.equal(statSync(join(folder, "empty.o")).size, 0);
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.includes(".tmp")),
    [],
  );
});

test("what is behind a symbolic link is replaced, not the link", (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "real"));
  writeFileSync(join(folder, "real/x.o"), "old");
  symlinkSync("real/x.o", join(folder, "x.o"));
  writeFileAtomic(join(folder, "x.o"), bytes);
  assert.ok(lstatSync(join(folder, "x.o")).isSymbolicLink());
  assert.equal(statSync(join(folder, "real/x.o")).size, bytes.length);
});

test("a device is written to, never replaced", () => {
  writeFileAtomic("/dev/null", bytes);
  assert.ok(statSync("/dev/null").isCharacterDevice());
  assert.equal(
    failure("/dev/full", bytes),
    "write /dev/full: no space left on the disk (free some space there, or choose another place with -o)",
  );
  assert.ok(statSync("/dev/full").isCharacterDevice());
});

test("what cannot be written is an error with the file's name and the cure", (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "file"), "");
  const at = (path: string): string => join(folder, path);
  const cases: readonly (readonly [path: string, message: string])[] = [
    [folder, `write ${folder}: it is a folder (name a file in it: -o ${at("NAME.bpf.o")})`],
    [
      at("file/x.o"),
      `write ${at("file/x.o")}: a part of the path is a file, not a folder (choose another place with -o)`,
    ],
    [
      at("file/y/x.o"),
      `write ${at("file/y/x.o")}: a part of the path is a file, not a folder (choose another place with -o)`,
    ],
    [
      at(`${"n".repeat(300)}.o`),
      `write ${at(`${"n".repeat(300)}.o`)}: the name is too long (choose a shorter name with -o)`,
    ],
    ["/proc/nowhere/x.o", "write /proc/nowhere/x.o: no such file or folder (choose another place with -o)"],
  ];
  for (const [path, message] of cases) assert.equal(failure(path, bytes), message);
  assert.deepEqual(readdirSync(folder), ["file"]);
});

test("a full disk leaves the old file and no rubbish", (t) => {
  const folder = temporaryFolder(t);
  if (!mountTmpfs(t, folder, "64k")) return;
  const path = join(folder, "x.o");
  writeFileAtomic(path, bytes);
  const large = new Uint8Array(256 << 10);
  const expected = `write ${path}: no space left on the disk (free some space there, or choose another place with -o)`;
  assert.equal(failure(path, large), expected);
  assert.deepEqual(new Uint8Array(readFileSync(path)), bytes, "the old object is intact");
  assert.deepEqual(readdirSync(folder), ["x.o"], "the temporary file is gone");
});

test("a read-only file system is named", (t) => {
  const folder = temporaryFolder(t);
  if (!mountTmpfs(t, folder, "64k,ro")) return;
  const path = join(folder, "new/x.o");
  assert.equal(failure(path, bytes), `write ${path}: the file system is read-only (choose another place with -o)`);
  const direct = join(folder, "x.o");
  assert.equal(failure(direct, bytes), `write ${direct}: the file system is read-only (choose another place with -o)`);
});

/** False, with a loud skip, where mounting is not allowed. */
function mountTmpfs(t: TestContext, folder: string, size: string): boolean {
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tsbpf-test", folder], { encoding: "utf8" });
  if (mounted.status === 0) return true;
  const reason = `mounting a tmpfs needs root: ${mounted.error?.message ?? mounted.stderr.trim()}`;
  if (process.env["CI"]) assert.fail(reason);
  t.diagnostic(`NOT TESTED: ${reason}`);
  t.skip(reason);
  return false;
}
