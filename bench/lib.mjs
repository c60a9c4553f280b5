// What the benchmarks share: the tools they compare with, built once, and medians.

import { execFileSync, spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export { sleep };

export const repository = fileURLToPath(new URL("..", import.meta.url));
process.chdir(repository);

/** Where everything is built; vmlinux.h is here. */
export const out = "build/bench";

export const tsbpf = [process.execPath, "packages/tsbpf/dist/bundle/tsbpf.cjs"];
export const source = "packages/rawtp-sched/bpf/sched.ts";
/** A name of this run's own: another benchmark's processes are not to be counted. */
const noopName = `noop${process.pid}`;
const noop = `${out}/${noopName}`;
export const clangObject = `${out}/sched.clang.o`;

/** The command line that compiles the C twin. */
export function clangCommand(cpu, object) {
  return [
    "clang-19",
    "--target=bpf",
    "-O2",
    "-g",
    `-mcpu=${cpu}`,
    `-I${out}`,
    "-c",
    "bench/twins/sched.bpf.c",
    "-o",
    object,
  ];
}

/** The running kernel's types for C, as BPF programs in C include them. */
export function prepareKernelTypes() {
  mkdirSync(out, { recursive: true });
  if (existsSync(`${out}/vmlinux.h`)) return;
  const dump = ["btf", "dump", "file", "/sys/kernel/btf/vmlinux", "format", "c"];
  writeFileSync(`${out}/vmlinux.h`, execFileSync("bpftool", dump, { maxBuffer: 1 << 28 }));
}

/** Builds our object and the twins. */
export function prepare() {
  mkdirSync(out, { recursive: true });
  if (!existsSync(tsbpf[1])) throw new Error("tsbpf is not built (npm ci && npm run build)");
  prepareKernelTypes();
  run([...tsbpf, "build", source, "-o", "build/sched.bpf.o", "--cpu", "v3"]);
  run(clangCommand("v3", clangObject));
  run(["gcc", "-O2", "bench/twins/tracer.c", "-o", `${out}/tracer`, "-lbpf"]);
  run(["gcc", "-O2", "bench/twins/storm.c", "-o", `${out}/storm`]);
  run(["gcc", "-O2", "-static", "bench/twins/noop.c", "-o", noop]);
  process.on("exit", () => rmSync(noop, { force: true }));
}

export function run([program, ...args]) {
  return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], maxBuffer: 1 << 28 });
}

const bpftraceProgram =
  'BEGIN { printf("ready\\n"); } tracepoint:sched:sched_process_exec { printf("pid=%d comm=%s\\n", pid, comm); }';

const noopLine = new RegExp(`comm=${noopName}$`, "gm");

/** `ready`: what the tracer prints once it is attached. `event`: one per no-op program seen. */
export const tracers = [
  {
    name: "rawtp-sched",
    command: [process.execPath, "packages/rawtp-sched/dist/bundle/rawtp-sched.js", "--object", "build/sched.bpf.o"],
    ready: /press Ctrl\+C/,
    event: noopLine,
  },
  { name: "libbpf, C", command: [`${out}/tracer`, clangObject], ready: /^attached/m, event: noopLine },
  { name: "bpftrace", command: ["bpftrace", "-e", bpftraceProgram], ready: /^ready/m, event: noopLine },
  // It flushes only a full buffer otherwise, and prints its heading when it is attached.
  {
    name: "execsnoop",
    command: ["stdbuf", "-oL", "execsnoop"],
    ready: /^PCOMM/m,
    event: new RegExp(`^${noopName} `, "gm"),
  },
];

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** A tracer whose output goes to a file, so that reading it costs nothing meanwhile. */
export async function startTracer(tracer) {
  const path = join(out, `${tracer.name.replace(/\W+/g, "-")}.log`);
  const fd = openSync(path, "w");
  const [program, ...args] = tracer.command;
  const child = spawn(program, args, { stdio: ["ignore", fd, fd] });
  closeSync(fd);
  const ended = new Promise((resolve) => {
    child.on("exit", resolve);
  });
  const text = () => readFileSync(path, "utf8");
  for (const deadline = Date.now() + 20_000; !tracer.ready.test(text()); await sleep(10)) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`${tracer.name} did not attach:\n${text()}`);
  }
  return {
    pid: child.pid,
    seen: () => text().match(tracer.event)?.length ?? 0,
    text,
    async stop() {
      child.kill("SIGINT");
      await ended;
    },
  };
}

/** Nanoseconds that all threads of a process have run (kernel/sched/core.c: sum_exec_runtime, user and system). */
export function cpuNs(pid) {
  return readdirSync(`/proc/${pid}/task`)
    .map((task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0]))
    .reduce((sum, ns) => sum + ns, 0);
}

export function peakMiB(pid) {
  return Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;
}

export function storm(count) {
  return Number(run([`${out}/storm`, String(count), noop]));
}

/** Columns as wide as their widest cell; the first one to the left, numbers to the right. */
export function printTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column === 0 ? String(cell).padEnd(widths[0]) : String(cell).padStart(widths[column]),
    );
    console.log(cells.join("  ").trimEnd());
  }
}
