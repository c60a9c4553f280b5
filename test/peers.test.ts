// One object, two loaders: what our compiler makes works with libbpf and bpftool, what clang makes works with ours.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { buildKnown, startKnown } from "./support/known.js";
import { objectPath, repository, scratchFolder } from "./support/repository.js";
import { lacksRoot } from "./support/rights.js";
import { attachedTracer } from "./support/tracer.js";

function run(command: string, args: readonly string[]): string {
  const maxBuffer = 64 * 1024 * 1024;
  const done = spawnSync(command, args, { cwd: repository, encoding: "utf8", maxBuffer, timeout: 60_000 });
  if (done.error) throw done.error;
  assert.equal(done.status, 0, `${command} ${args.join(" ")}: ${done.stderr}`);
  return done.stdout;
}

function compile(folder: string, cpu: string, source = "packages/rawtp-sched/bpf/sched.ts"): string {
  const path = join(folder, `${basename(source, ".ts")}.${cpu}.bpf.o`);
  run(process.execPath, ["packages/tsbpf/dist/bundle/tsbpf.cjs", "build", source, "-o", path, "--cpu", cpu]);
  return path;
}

/** The C tracer on libbpf, attached to this object; what it printed once all lines that `work` gives are there. */
async function withLibbpf(tracer: string, object: string, work: () => readonly string[]): Promise<string> {
  const child = spawn(tracer, [object], { stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      if (stderr.includes("attached")) resolve();
    });
    void ended.then(() => reject(new Error(`the libbpf tracer ended: ${stderr}`)));
  });
  const lines = work();
  const deadline = Date.now() + 30_000;
  while (!lines.every((line) => stdout.includes(`${line}\n`)) && Date.now() < deadline) await sleep(5);
  child.kill("SIGINT");
  assert.equal(await ended, 0, stderr);
  return stdout;
}

describe("one object, other loaders", () => {
  it("bpftool loads what we compile, at every level", (t) => {
    if (lacksRoot(t)) return;
    using folder = scratchFolder();
    for (const cpu of ["v1", "v2", "v3", "v4"]) {
      const pins = `/sys/fs/bpf/tsbpf-peers-${process.pid}-${cpu}`;
      try {
        run("bpftool", ["prog", "loadall", compile(folder.path, cpu), pins]);
        const shown = run("bpftool", ["prog", "show", "pinned", `${pins}/schedProcessExec`]);
        assert.match(shown, /raw_tracepoint {2}name schedProcessExec/);
      } finally {
        rmSync(pins, { recursive: true, force: true });
      }
    }
  });

  it("libbpf loads and attaches the very same bytes, and gets their events", async (t) => {
    if (lacksRoot(t)) return;
    using folder = scratchFolder();
    buildKnown(folder.path);
    const tracer = join(folder.path, "libbpf-tracer");
    run("gcc", ["-O2", "bench/twins/tracer.c", "-o", tracer, "-lbpf"]);
    let expected: string[] = [];
    const printed = await withLibbpf(tracer, join(repository, objectPath), () => {
      const known = startKnown(folder.path, "sequence", ["peer-one", "peer-two"]);
      expected = known.map(({ pid, comm }) => `pid=${pid} tgid=${pid} comm=${comm}`);
      return expected;
    });
    assert.equal(expected.length, 2);
    for (const line of expected) assert.ok(printed.split("\n").includes(line), `${line} is not in ${printed}`);
  });

  it("bpftool loads maps of every kind and data sections", (t) => {
    if (lacksRoot(t)) return;
    using folder = scratchFolder();
    const lang = ["globals", "other-maps", "task-storage", "tail-calls", "state"].map((name) => `lang/${name}`);
    for (const path of [...lang, "notes/large-values"]) {
      const name = basename(path);
      const pins = `/sys/fs/bpf/tsbpf-peers-${process.pid}-${name}`;
      const source = `packages/tsbpf/test/cases/${path}.ts`;
      try {
        run("bpftool", ["prog", "loadall", compile(folder.path, "v3", source), pins, "pinmaps", `${pins}/maps`]);
        if (name !== "globals") continue;
        const [rodata = ""] = readdirSync(`${pins}/maps`).filter((map) => map.endsWith("rodata"));
        const shown = run("bpftool", ["map", "dump", "pinned", `${pins}/maps/${rodata}`]);
        assert.match(shown, /"limits": \{\s*"low": 10,\s*"high": 20/);
      } finally {
        rmSync(pins, { recursive: true, force: true });
      }
    }
  });

  it("a skeleton of bpftool sets our constants and reads our variables", (t) => {
    if (lacksRoot(t)) return;
    using folder = scratchFolder();
    const object = compile(folder.path, "v3", "packages/tsbpf/test/cases/lang/globals.ts");
    writeFileSync(join(folder.path, "globals.skel.h"), run("bpftool", ["gen", "skeleton", object, "name", "globals"]));
    const program = join(folder.path, "globals");
    run("gcc", ["-O2", "-Wall", "-Werror", "-I", folder.path, "test/support/globals.c", "-o", program, "-lbpf"]);
    const results = (target: string): string[] => run(program, [target, "15", "33", "60"]).trim().split("\n");
    // "z" is 122, and level grows by two with each run that gets so far.
    const [ran, other, outside] = ["result 222", "result 1", "result 2"];
    assert.deepEqual(results("0"), [ran, ran, outside, "runs 1003 level 11 last 33 name start"]);
    assert.deepEqual(results("33"), [other, ran, other, "runs 1003 level 9 last 33 name start"]);
  });

  it("our tracer runs clang's twin", async (t) => {
    if (lacksRoot(t)) return;
    using folder = scratchFolder();
    buildKnown(folder.path);
    const headers = join(folder.path, "headers");
    mkdirSync(headers);
    const types = run("bpftool", ["btf", "dump", "file", "/sys/kernel/btf/vmlinux", "format", "c"]);
    writeFileSync(join(headers, "vmlinux.h"), types);
    const twin = join(folder.path, "twin.bpf.o");
    const target = ["-O2", "-g", "-target", "bpf", "-mcpu=v3"];
    run("clang-19", [...target, "-I", headers, "-c", "bench/twins/sched.bpf.c", "-o", twin]);
    assert.notDeepEqual(readFileSync(twin), readFileSync(join(repository, objectPath)));
    const tracer = await attachedTracer(["--object", twin]);
    const [known] = startKnown(folder.path, "sequence", ["clang-twin"]);
    const end = await tracer.end("SIGINT");
    assert.equal(end.code, 0, end.stderr);
    assert.match(end.stdout, new RegExp(`pid=${known?.pid} tgid=${known?.pid} comm=clang-twin\n`));
  });
});
