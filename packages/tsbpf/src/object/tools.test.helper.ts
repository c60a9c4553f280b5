// Outside tools for tests: clang makes fixtures, bpftool and llvm-readelf judge what we write, the kernel loads it.
// Where one is missing the test skips with its reason, or fails when the variable CI is set.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";

export const KERNEL_BTF = "/sys/kernel/btf/vmlinux";

/** A command's standard output; throws with its standard error when it fails. */
export function run(command: string, args: readonly string[]): string {
  const result = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 28 });
  if (result.error !== undefined) throw result.error;
  if (result.status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${result.stderr}\n${result.stdout}`);
  return result.stdout;
}

/** True when all tools run; otherwise marks the test as skipped. */
export function haveTools(t: TestContext, ...tools: readonly string[]): boolean {
  const missing = tools.filter((tool) => spawnSync(tool, ["--version"]).status !== 0);
  return missing.length === 0 || miss(t, `${missing.join(", ")} cannot be run`);
}

/** True when programs can be loaded into the running kernel. */
export function haveKernel(t: TestContext): boolean {
  if (process.getuid?.() !== 0) return miss(t, "loading programs needs root");
  if (!existsSync(KERNEL_BTF)) return miss(t, `the kernel has no ${KERNEL_BTF}`);
  return haveTools(t, "bpftool");
}

function miss(t: TestContext, reason: string): false {
  if (process.env["CI"] !== undefined) throw new Error(`${t.name}: ${reason} (and CI is set)`);
  process.stderr.write(`SKIPPED ${t.name}: ${reason}\n`);
  t.skip(reason);
  return false;
}

/** An object that clang makes from test/data/`name`.c. */
export function compileFixture(name: string, flags: readonly string[] = ["-g"]): Uint8Array {
  return inTempDir((dir) => {
    const source = fileURLToPath(new URL(`../../test/data/${name}.c`, import.meta.url));
    const object = join(dir, `${name}.o`);
    run("clang-19", ["-target", "bpf", "-O2", ...flags, "-c", source, "-o", object]);
    return new Uint8Array(readFileSync(object));
  });
}

/** Calls `use` with the path of a file that holds the bytes. */
export function withFile<Result>(bytes: Uint8Array, use: (path: string) => Result): Result {
  return inTempDir((dir) => {
    const path = join(dir, "object.o");
    writeFileSync(path, bytes);
    return use(path);
  });
}

/** Loads all programs with bpftool (libbpf), calls `use` with the directory they are pinned in, and removes them. */
export function loadAll<Result>(bytes: Uint8Array, use: (pinDir: string) => Result): Result {
  if (spawnSync("mountpoint", ["-q", "/sys/fs/bpf"]).status !== 0) run("mount", ["-t", "bpf", "bpf", "/sys/fs/bpf"]);
  const pinDir = `/sys/fs/bpf/tsbpf-test-${process.pid}-${performance.now().toString(36).replace(".", "")}`;
  mkdirSync(pinDir);
  try {
    withFile(bytes, (path) => run("bpftool", ["prog", "loadall", path, pinDir]));
    return use(pinDir);
  } finally {
    rmSync(pinDir, { recursive: true, force: true });
  }
}

export function inTempDir<Result>(use: (dir: string) => Result): Result {
  const dir = mkdtempSync(join(tmpdir(), "tsbpf-"));
  try {
    return use(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
