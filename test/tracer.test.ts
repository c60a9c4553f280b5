// The tracer as a process on this machine's kernel: what it prints, how it ends, which rights it needs.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { buildKnown, checkKnown, startKnown } from "./support/known.js";
import { objectPath, repository, scratchFolder } from "./support/repository.js";
import { lacksRoot } from "./support/rights.js";
import { attachedTracer, startTracer, tracerMain } from "./support/tracer.js";

const banner = `attached raw tracepoint sched_process_exec from ${objectPath}\npress Ctrl+C to stop\n`;

describe("tracer", () => {
  it("prints the banner, a line for ls, and nothing else", async (t) => {
    if (lacksRoot(t)) return;
    const tracer = await attachedTracer([]);
    const ls = spawn("ls", { stdio: "ignore" });
    await tracer.saw("stdout", new RegExp(`^\\S+ pid=${ls.pid} tgid=${ls.pid} comm=ls\n`, "m"));
    const { code, stdout, stderr } = await tracer.end("SIGINT");
    assert.equal(code, 0);
    assert.equal(stderr, banner);
    for (const line of stdout.trimEnd().split("\n")) {
      assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z pid=\d+ tgid=\d+ comm=\S.*$/);
    }
  });

  it("sees processes with known ids: one after the other, at once, and from threads", async (t) => {
    if (lacksRoot(t)) return;
    using folder = scratchFolder();
    buildKnown(folder.path);
    assert.deepEqual((await checkKnown(folder.path, objectPath)).faults, []);
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    it(`detaches and ends with 0 on ${signal}, all events written`, async (t) => {
      if (lacksRoot(t)) return;
      using folder = scratchFolder();
      buildKnown(folder.path);
      const tracer = await attachedTracer([]);
      const [last] = startKnown(folder.path, "sequence", ["just-before-end"]);
      const end = await tracer.end(signal);
      assert.deepEqual([end.code, end.signal, end.stderr], [0, null, banner]);
      assert.match(end.stdout, new RegExp(`pid=${last?.pid} tgid=${last?.pid} comm=just-before-end\n`));
    });
  }

  it("ends quietly when its reader goes away", async (t) => {
    if (lacksRoot(t)) return;
    const command = `set -o pipefail; "${process.execPath}" ${tracerMain} | head -1`;
    const shell = spawn("bash", ["-c", command], { cwd: repository, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    shell.stdout.on("data", (data) => (stdout += data));
    shell.stderr.on("data", (data) => (stderr += data));
    // It notices when it writes: something has to happen until then.
    const busy = setInterval(() => spawnSync("true"), 20);
    const code = await new Promise((resolve) => shell.on("close", resolve));
    clearInterval(busy);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, banner);
    assert.match(stdout, /^\S+ pid=\d+ tgid=\d+ comm=[^\n]+\n$/);
  });

  it("works from an object outside build/, which the banner names", async (t) => {
    if (lacksRoot(t)) return;
    using folder = scratchFolder();
    const copy = join(folder.path, "other.o");
    writeFileSync(copy, readFileSync(join(repository, objectPath)));
    const { code, stderr } = await (await attachedTracer(["--object", copy])).end("SIGINT");
    assert.equal(code, 0);
    assert.match(stderr, /^attached raw tracepoint sched_process_exec from \S*other\.o\n/);
  });

  it("takes the kernel's BTF from a file", async (t) => {
    if (lacksRoot(t)) return;
    const tracer = await attachedTracer(["--btf", "/sys/kernel/btf/vmlinux"]);
    const child = spawnSync("true");
    await tracer.saw("stdout", `pid=${child.pid} tgid=${child.pid} comm=true\n`);
    assert.equal((await tracer.end("SIGINT")).code, 0);
  });
});

/** Runs with these capabilities and no others; as nobody, where nobody may read the checkout and Node. */
function withCapabilities(names: readonly string[]): string[] {
  const plus = names.map((name) => `,+${name}`).join("");
  const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
  nobody.push(`--inh-caps=-all${plus}`, `--ambient-caps=-all${plus}`, `--bounding-set=-all${plus}`);
  const [program = "", ...args] = [...nobody, process.execPath, join(repository, tracerMain), "--version"];
  if (spawnSync(program, args, { cwd: repository }).status === 0) return nobody;
  return ["setpriv", "--inh-caps=-all", `--bounding-set=-all${plus}`];
}

const missing: readonly (readonly [string, readonly string[], string])[] = [
  ["none", [], "CAP_BPF and CAP_PERFMON are missing"],
  ["only CAP_BPF", ["bpf"], "CAP_PERFMON is missing"],
  ["only CAP_PERFMON", ["perfmon"], "CAP_BPF is missing"],
];

describe("rights", () => {
  it("needs CAP_BPF and CAP_PERFMON, and no root", async (t) => {
    if (lacksRoot(t)) return;
    const tracer = await attachedTracer([], withCapabilities(["bpf", "perfmon"]));
    const status = readFileSync(`/proc/${tracer.child.pid}/status`, "utf8");
    assert.match(status, /^CapEff:\s*000000c000000000$/m);
    const child = spawnSync("true");
    await tracer.saw("stdout", `pid=${child.pid} tgid=${child.pid} comm=true\n`);
    assert.deepEqual([(await tracer.end("SIGTERM")).code, tracer.stderr()], [0, banner]);
  });

  for (const [name, capabilities, expected] of missing) {
    it(`names what is missing: it has ${name}`, async (t) => {
      if (lacksRoot(t)) return;
      const { code, stdout, stderr } = await startTracer([], withCapabilities(capabilities)).end();
      assert.deepEqual([code, stdout], [1, ""]);
      assert.match(stderr, /^rawtp-sched: [^\n]*needs CAP_BPF and CAP_PERFMON \(or root\)/);
      assert.ok(stderr.includes(`, and ${expected}\n`), stderr);
    });
  }
});

const mistakes: readonly (readonly [string, readonly string[], number, RegExp])[] = [
  ["unknown option", ["--frmat", "json"], 2, /^rawtp-sched: unknown option "--frmat" \(did you mean --format\?\)\n$/],
  ["no object", ["--object", "nowhere.o"], 1, /^rawtp-sched: open object "nowhere.o": no such file.*build\.sh.*\)\n$/],
  ["an object that is none", ["--object", "package.json"], 1, /^rawtp-sched: .*package\.json.*\n$/],
  ["no BTF file", ["--btf", "nowhere"], 1, /^rawtp-sched: .*nowhere.*\n/],
  ["BTF that is none", ["--btf", "package.json"], 1, /^rawtp-sched: .*package\.json.*\n/],
];

describe("tracer's mistakes of use", () => {
  for (const [name, args, code, text] of mistakes) {
    it(name, async () => {
      const end = await startTracer(args).end();
      assert.deepEqual([end.code, end.stdout], [code, ""]);
      assert.match(end.stderr, text);
      assert.doesNotMatch(end.stderr, /\n +at /, "a stack is for our mistakes");
    });
  }

  it("--help and --version are answers", async () => {
    const help = await startTracer(["--help"]).end();
    assert.deepEqual([help.code, help.stderr], [0, ""]);
    assert.match(help.stdout, /^usage: rawtp-sched/);
    const { version } = JSON.parse(readFileSync(join(repository, "packages/rawtp-sched/package.json"), "utf8")) as {
      readonly version: string;
    };
    assert.equal((await startTracer(["--version"]).end()).stdout, `rawtp-sched ${version}\n`);
  });

  it("says how to build an object that is not there", () => {
    using folder = scratchFolder();
    // Named, since a packed checkout brings an object of its own that is found otherwise.
    const { status, stderr } = spawnSync(process.execPath, [join(repository, tracerMain), "--object", "none.bpf.o"], {
      cwd: folder.path,
      encoding: "utf8",
      timeout: 30_000,
    });
    assert.equal(status, 1);
    assert.match(stderr, /^rawtp-sched: open object "none\.bpf\.o": .*scripts\/build\.sh/);
  });
});
