// The loader on the running kernel, with objects that clang makes from the C sources in test/data.

import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import type { ArrayMap, HashMap, PerCpuArray, PerfEventArray } from "../lang/map-types.js";
import type { Program } from "../lang/types.js";
import { kernelRelease, releaseAtLeast } from "./features.js";
import { possibleCpus } from "./cpus.js";
import { VerifierError } from "./errors.js";
import { fakeKernel } from "./fake-kernel.test.support.js";
import { buildTwin, canLoad, kernelDescriptors, testData } from "./live.test.support.js";
import { load } from "./load.js";
import { systemFiles } from "../sys/linux.js";

interface ExecEvent {
  readonly pid: number;
  readonly tgid: number;
  readonly comm: string;
}
interface ExecTwin {
  readonly events: PerfEventArray<unknown, ExecEvent>;
  readonly on_exec: Program<"raw_tracepoint">;
}

interface Value {
  readonly [field: string]: unknown;
}
interface MapsTwin {
  readonly table: HashMap<unknown, unknown, { a: number; b: number; text: string }, Value>;
  readonly totals: ArrayMap<bigint, bigint>;
  readonly per_cpu: PerCpuArray<number, number>;
  readonly per_cpu_table: HashMap<unknown, unknown, number, readonly number[]>;
  readonly count: Program<"raw_tracepoint">;
}

/** bpf_loop came with Linux 5.17. */
const hasLoop = releaseAtLeast(kernelRelease(), "5.17");
const mapsTwin = (): Uint8Array => buildTwin("maps.bpf.c", hasLoop ? [] : ["WITHOUT_CALLBACK"]);

/** Runs `count` execs of true(1), and gives their pids. */
async function execs(count: number): Promise<number[]> {
  const pids: number[] = [];
  for (let n = 0; n < count; n++) {
    const child = spawn("true", { stdio: "ignore" });
    await once(child, "exit");
    pids.push(child.pid ?? 0);
  }
  return pids;
}

for (const [transport, defines] of [
  ["perf event array", []],
  ["ring buffer", ["EXEC_RINGBUF"]],
] as const) {
  test(`exec twin, ${transport}: 200 execs, each with its pid`, async (t) => {
    if (!canLoad(t)) return;
    const before = kernelDescriptors();
    const seen = new Map<number, ExecEvent>();
    {
      await using object = await load<ExecTwin>(buildTwin("exec-twin.bpf.c", defines));
      using link = object.programs.on_exec.attach();
      assert.ok(link.fd > 2);
      const controller = new AbortController();
      const work = execs(200).finally(() => controller.abort());
      for await (const record of object.maps.events.records({ signal: controller.signal })) {
        assert.equal(record.kind, "event");
        if (record.kind !== "event") continue;
        seen.set(record.event.pid, record.event);
        if (transport === "perf event array") assert.ok((record.timeNs ?? 0n) > 0n && record.cpu !== undefined);
      }
      for (const pid of await work) assert.deepEqual(seen.get(pid), { pid, tgid: pid, comm: "true" });
      assert.equal(object.maps.events.lost, 0);
    }
    assert.deepEqual(kernelDescriptors(), before, "nothing stays open");
  });
}

test("losses show when the ring is tiny: what was sent is what came and what was lost", async (t) => {
  if (!canLoad(t)) return;
  const perExec = 2000;
  await using object = await load<ExecTwin>(buildTwin("exec-twin.bpf.c", [`EVENTS_PER_EXEC=${perExec}`]));
  const { events } = object.maps;
  events.open({ pages: 1 });
  const controller = new AbortController();
  let received = 0;
  let lost = 0;
  // Runs of the program in this process: nothing is read meanwhile, and no other exec is counted.
  for (let run = 0; run < 5; run++) object.programs.on_exec.testRun();
  setTimeout(() => controller.abort(), 50);
  for await (const record of events.records({ signal: controller.signal })) {
    if (record.kind === "event") received++;
    else lost += record.count;
  }
  assert.ok(received > 0 && lost > 0, `${received} received, ${lost} lost`);
  // Since Linux 6.0 read(2) tells of the last losses too, which no later event announces.
  assert.equal(received + lost, 5 * perExec);
  assert.equal(events.lost, lost);
});

test("maps round-trip every type of key and value", async (t) => {
  if (!canLoad(t)) return;
  await using object = await load<MapsTwin>(mapsTwin());
  const { table, totals, per_cpu, per_cpu_table } = object.maps;
  const value = (n: number): Value => ({
    u8: 255,
    i8: -n,
    u16: 65535,
    i16: -300,
    u32: 4294967295,
    i32: -2147483648,
    u64: 2n ** 64n - 1n,
    i64: -BigInt(n),
    flag: true,
    text: "abc",
    raw: new Uint8Array([1, 2, 3]),
    numbers: [n, 2],
    inners: [
      { wide: -1n, flag: true },
      { wide: 5n, flag: false },
    ],
  });
  const key = (n: number): { a: number; b: number; text: string } => ({ a: n, b: -n, text: `k${n}` });
  assert.deepEqual([...table], []);
  for (const n of [1, 2, 3, 4]) table.set(key(n), value(n));
  assert.deepEqual(table.get(key(3)), value(3));
  assert.equal(table.get(key(9)), undefined);
  assert.throws(() => table.set(key(5), value(5)), { code: "ERR_MAP", message: /it is full, with 4 entries/ });
  assert.deepEqual([...table.keys()].map((one) => one.a).sort(), [1, 2, 3, 4]);
  assert.deepEqual(
    new Map([...table.entries()].map(([k, v]) => [k.text, v["i8"]])),
    new Map([
      ["k1", -1],
      ["k2", -2],
      ["k3", -3],
      ["k4", -4],
    ]),
  );
  assert.deepEqual(
    [table.delete(key(2)), table.delete(key(2)), table.has(key(2)), table.has(key(1))],
    [true, false, false, true],
  );
  // Deleting what is being walked over.
  for (const one of table.keys()) assert.equal(table.delete(one), true);
  assert.deepEqual([...table.values()], []);

  const cpus = possibleCpus(systemFiles).length;
  assert.deepEqual(
    [...totals],
    [
      [0, 0n],
      [1, 0n],
      [2, 0n],
    ],
  );
  totals.set(2, 2n ** 40n);
  assert.deepEqual([totals.get(2), totals.get(3), totals.length], [2n ** 40n, undefined, 3]);
  assert.throws(() => totals.set(3, 1n), { code: "ERR_VALUE" });
  const mine = Array.from({ length: cpus }, (_, cpu) => cpu + 10);
  per_cpu.set(1, mine);
  assert.deepEqual(per_cpu.get(1), mine);
  per_cpu_table.set(7, mine);
  assert.deepEqual([...per_cpu_table], [[7, mine]]);
});

test("a program runs with its call, its callback, its constant and its variable", async (t) => {
  if (!canLoad(t)) return;
  const object = await load<MapsTwin>(mapsTwin());
  for (const run of [1, 2, 3]) assert.equal(object.programs.count.testRun().returnValue, run);
  // bpf_loop adds 5, doubled, and the constant 7 of .rodata: each time.
  assert.equal(object.maps.totals.get(0), 3n * 17n);
  assert.equal(
    object.maps.per_cpu.get(0)?.reduce((sum, n) => sum + n, 0),
    3,
  );
  object.close();
  assert.throws(() => object.maps.totals.get(0), { code: "ERR_CLOSED" });
  assert.throws(() => object.programs.count.testRun(), { code: "ERR_CLOSED" });
});

test("the kernel has the source lines, and shows them to its tools", async (t) => {
  if (!canLoad(t)) return;
  if (spawnSync("bpftool", ["version"]).status !== 0) {
    assert.ok(!process.env["CI"], "no bpftool");
    return t.skip("SKIPPED, NOT CHECKED: no bpftool");
  }
  await using object = await load<MapsTwin>(mapsTwin());
  assert.equal(object.programs.count.section, "raw_tracepoint/sched_process_fork");
  const shown = execFileSync("bpftool", ["prog", "dump", "xlated", "name", "count", "linum"], { encoding: "utf8" });
  assert.match(shown, /return x \* 2 \+ step;[^\n]*line_num:\d+ line_col:\d+/);
});

test("refused programs are shown at the line at fault", async (t) => {
  if (!canLoad(t)) return;
  const source = readFileSync(testData("refused.bpf.c"), "utf8").split("\n");
  const before = kernelDescriptors();
  // Case 4 has the verifier walk a million instructions: its log is in test/data/verifier-logs instead.
  for (const [fault, reason] of [
    [0, /invalid mem access/],
    [1, /unbounded memory access/],
    [2, /invalid mem access/],
    [3, /invalid mem access/],
    [5, /R2 /],
    [6, /bpf_redirect#23/],
  ] as const) {
    const line = source.findIndex((text) => text.includes(`FAULT ${fault} `)) + 1;
    await assert.rejects(load(buildTwin("refused.bpf.c", [`CASE=${fault}`])), (error) => {
      assert.ok(error instanceof VerifierError, String(error));
      assert.equal(error.report.place?.line, line, error.message);
      assert.match(error.report.reason, reason);
      assert.ok(error.message.includes(`refused.bpf.c:${line}:`));
      assert.match(error.log, /^processed \d+ insns/m);
      return true;
    });
  }
  assert.deepEqual(kernelDescriptors(), before, "nothing stays open");
});

test("errors name what is wrong with the object, the tracepoint, the types", async (t) => {
  if (!canLoad(t)) return;
  await assert.rejects(load("/nowhere/x.bpf.o"), {
    code: "ERR_OBJECT",
    message: "read object /nowhere/x.bpf.o: there is no such file",
  });
  await assert.rejects(load(new Uint8Array(100)), { code: "ERR_OBJECT" });
  const twin = buildTwin("exec-twin.bpf.c");
  await assert.rejects(load(twin, { kernel: fakeKernel() }), {
    code: "ERR_KERNEL_BTF",
    message: /this kernel does not show its types.*option `btf`/,
  });
  await assert.rejects(load(twin, { btf: "/nowhere/btf" }), { message: /read kernel BTF \/nowhere\/btf/ });
  await assert.rejects(load(twin, { btf: new Uint8Array(64) }), { code: "ERR_KERNEL_BTF" });
  // The same length, so that nothing else in the file moves.
  const misspelt = Buffer.from(twin)
    .toString("latin1")
    .replaceAll("raw_tracepoint/sched_process_exec", "raw_tracepoint/sched_process_exce");
  await using object = await load<ExecTwin>(new Uint8Array(Buffer.from(misspelt, "latin1")));
  assert.throws(() => object.programs.on_exec.attach(), { code: "ERR_ATTACH", message: /no such tracepoint/ });
});

/** Loads, attaches and reads one event in a process with these capabilities alone, and gives what it printed. */
function runWith(capabilities: readonly string[], object: string): string {
  const folder = fileURLToPath(new URL(".", import.meta.url));
  const script = `
    const { load } = await import(${JSON.stringify(join(folder, "load.js"))});
    try {
      const object = await load(process.argv[1]);
      object.programs.on_exec.attach();
      const { execFileSync } = await import("node:child_process");
      execFileSync("true");
      for await (const event of object.maps.events) if (event.comm === "true") { console.log("event true"); break; }
      object.close();
    } catch (error) { console.log(error.code, error.missing, error.message); }
    process.exit(0);
  `;
  const caps = capabilities.map((name) => `+${name}`).join(",");
  const sets =
    capabilities.length === 0 ? [] : ["--inh-caps", caps, "--ambient-caps", caps, "--bounding-set", `-all,${caps}`];
  const user = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];
  const args = [...user, ...sets, process.execPath, "--input-type=module", "-e", script, object];
  const run = spawnSync("setpriv", args, { encoding: "utf8", timeout: 60_000 });
  return run.stdout + run.stderr;
}

test("CAP_BPF and CAP_PERFMON are enough, and either one missing is named", (t) => {
  if (!canLoad(t)) return;
  if (!existsSync("/usr/bin/setpriv") || process.getuid?.() !== 0) {
    assert.ok(!process.env["CI"], "no setpriv, or not root");
    return t.skip("SKIPPED, NOT CHECKED: it needs setpriv and root");
  }
  const folder = mkdtempSync(join(tmpdir(), "tsbpf-caps-"));
  try {
    execFileSync("chmod", ["755", folder]);
    const object = join(folder, "twin.o");
    writeFileSync(object, buildTwin("exec-twin.bpf.c"), { mode: 0o644 });
    const paranoid = Number(readFileSync("/proc/sys/kernel/perf_event_paranoid", "utf8"));
    // Debian's kernels let nobody but root pass level 3: then that is what the error has to say.
    assert.match(runWith(["bpf", "perfmon"], object), paranoid > 2 ? /perf_event_paranoid is \d/ : /^event true$/m);
    assert.match(runWith(["bpf"], object), /ERR_PERMISSION \[ 'CAP_PERFMON' \] .*CAP_PERFMON is missing/);
    assert.match(runWith(["perfmon"], object), /ERR_PERMISSION \[ 'CAP_BPF' \] .*CAP_BPF is missing/);
    assert.match(runWith([], object), /ERR_PERMISSION \[ 'CAP_BPF', 'CAP_PERFMON' \]/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
