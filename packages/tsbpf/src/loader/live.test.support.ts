// What the live tests share: the right to load programs, C twins built by clang, and exec storms.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestContext } from "node:test";
import { unsupportedPlatform } from "../sys/linux.js";
import { probeCapabilities } from "./features.js";

export function testData(name: string): string {
  return fileURLToPath(new URL(`../../test/data/${name}`, import.meta.url));
}

/** Whether programs can be loaded here; otherwise a loud skip, and a failure where CI is set. */
export function canLoad(t: TestContext): boolean {
  const { missing, effective } = probeCapabilities();
  const reason =
    unsupportedPlatform() ??
    (effective === undefined || missing.length > 0 ? `loading programs needs ${missing.join(" and ")}` : undefined) ??
    (clangPath === undefined ? "no clang that makes BPF objects" : undefined);
  if (reason === undefined) return true;
  assert.ok(!process.env["CI"], reason);
  t.skip(`SKIPPED, NOT CHECKED: ${reason}`);
  return false;
}

const clangPath = ["clang-19", "clang"].find((path) => spawnSync(path, ["--version"]).status === 0);
const built = new Map<string, Uint8Array>();

/** The object of a C source under test/data. */
export function buildTwin(source: string, defines: readonly string[] = []): Uint8Array {
  assert.ok(clangPath !== undefined, "canLoad is asked first");
  const id = [source, ...defines].join(" ");
  const known = built.get(id);
  if (known) return known;
  const folder = mkdtempSync(join(tmpdir(), "tsbpf-twin-"));
  try {
    const output = join(folder, "twin.o");
    const multiarch = { x64: "x86_64-linux-gnu", arm64: "aarch64-linux-gnu" }[process.arch as "x64" | "arm64"];
    const flags = ["-g", "-O2", "-mcpu=v3", "-target", "bpf", `-I/usr/include/${multiarch}`];
    const run = spawnSync(clangPath, [...flags, ...defines.map((d) => `-D${d}`), "-c", testData(source), "-o", output]);
    assert.equal(run.status, 0, String(run.stderr));
    const object = new Uint8Array(readFileSync(output));
    built.set(id, object);
    return object;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What this process's descriptors of BPF objects and perf events are; node's own come and go. */
export function kernelDescriptors(): string[] {
  const targets = readdirSync("/proc/self/fd").map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      // The descriptor of the folder itself is closed by now.
      return "";
    }
  });
  return targets.filter((target) => /bpf|perf_event|btf/.test(target)).sort();
}
