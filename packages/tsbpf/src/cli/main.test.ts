// The real bin, as a process of its own: exit codes, streams, and what it does when nobody reads.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("./main.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "tsbpf-main-"));
after(() => rmSync(folder, { recursive: true }));

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function tsbpf(...words: readonly string[]): Outcome {
  const result = spawnSync(process.execPath, [main, ...words], { encoding: "utf8", cwd: folder });
  return { code: result.status, stdout: result.stdout, stderr: result.stderr };
}

/** A line for sh, in which "$tsbpf" is the bin. */
function shell(line: string): Outcome {
  const result = spawnSync("sh", ["-c", line], {
    encoding: "utf8",
    cwd: folder,
    env: { ...process.env, tsbpf: main, node: process.execPath },
  });
  return { code: result.status, stdout: result.stdout, stderr: result.stderr };
}

test("exit codes, and which stream says what", () => {
  const cases: readonly (readonly [words: string, code: number, stdout: RegExp, stderr: RegExp])[] = [
    ["", 2, /^$/, /^tsbpf: BPF programs in TypeScript\n/],
    ["help", 0, /^tsbpf: BPF programs in TypeScript\n/, /^$/],
    ["--help", 0, /^tsbpf: BPF programs in TypeScript\n/, /^$/],
    ["-h", 0, /^tsbpf: BPF programs in TypeScript\n/, /^$/],
    ["help build", 0, /^tsbpf build: /, /^$/],
    ["build --help", 0, /^tsbpf build: /, /^$/],
    ["version", 0, /^tsbpf \d+\.\d+\.\d+\nnode \d+\.\d+\.\d+ \(\w+ \w+\)\ntypescript 6\.\S+\nkoffi \d\S+\n$/, /^$/],
    ["--version", 0, /^tsbpf \d/, /^$/],
    ["biuld x.ts", 2, /^$/, /^tsbpf: unknown command "biuld" \(did you mean "build"\?\)\ntry "tsbpf help"\n$/],
    ["sched.ts", 2, /^$/, /^tsbpf: unknown command "sched\.ts" \(did you mean "tsbpf build sched\.ts"\?\)\n/],
    [
      "sched.bpf.o",
      2,
      /^$/,
      /^tsbpf: unknown command "sched\.bpf\.o" \(did you mean "tsbpf inspect sched\.bpf\.o"\?\)\n/,
    ],
    ["--verison", 2, /^$/, /^tsbpf: unknown option "--verison" \(did you mean "--version"\?\)\n/],
    ["help biuld", 2, /^$/, /^tsbpf help: unknown command "biuld" \(did you mean "build"\?\)\n/],
    ["build", 2, /^$/, /^tsbpf build: missing FILE: .*\ntry "tsbpf help build"\n$/],
    ["build x.ts --cpu v9", 2, /^$/, /^tsbpf build: invalid value "v9"/],
    ["build nothing.ts", 1, /^$/, /^error: read nothing\.ts: no such file or folder\n$/],
    [
      "inspect nothing.o",
      1,
      /^$/,
      /^error: read nothing\.o: no such file or folder \(make it: tsbpf build FILE -o nothing\.o\)\n$/,
    ],
    ["inspect .", 1, /^$/, /^error: read \.: it is a folder/],
    ["inspect /dev/null", 1, /^$/, /^error: read \/dev\/null: .*the file is empty/],
  ];
  for (const [words, code, stdout, stderr] of cases) {
    const outcome = tsbpf(...words.split(" ").filter((word) => word !== ""));
    assert.equal(outcome.code, code, `tsbpf ${words}: ${outcome.stderr}`);
    assert.match(outcome.stdout, stdout, words);
    assert.match(outcome.stderr, stderr, words);
  }
});

const program = `import { bpfGetCurrentComm, chars, perfEventArray, rawTracepoint, struct, u32 } from "tsbpf";

export const ExecEvent = struct({ pid: u32, comm: chars(16) });
export const events = perfEventArray(ExecEvent);

export const onExec = rawTracepoint("sched_process_exec", (ctx) => {
  const event = ExecEvent({ pid: 7 });
  bpfGetCurrentComm(event.comm);
  events.output(ctx, event);
});
`;

test("a program is built, and its object shown", () => {
  writeFileSync(join(folder, "exec.ts"), program);
  const built = tsbpf("build", "exec.ts", "-o", "out/exec.bpf.o");
  assert.equal(built.code, 0, built.stderr);
  assert.equal(built.stderr, `wrote out/exec.bpf.o (${statSync(join(folder, "out/exec.bpf.o")).size} bytes)\n`);
  const shown = tsbpf("inspect", "out/exec.bpf.o");
  assert.equal(shown.code, 0, shown.stderr);
  const expected: readonly RegExp[] = [
    /licence "GPL"$/m,
    /^ {2}onExec: raw_tracepoint sched_process_exec, \d+ instructions, /m,
    /^ {4}\S*exec\.ts:8:\d+ {2}bpfGetCurrentComm\(event\.comm\);$/m,
    /^ {4} *\d+ {2}call bpf_get_current_comm#16$/m,
    /^ {4} *\d+ {2}\S+ = map\[events\] ll +; map events$/m,
    /^ {2}events: perf_event_array; .*records struct ExecEvent$/m,
    /^ {2}struct ExecEvent, 20 bytes\n {4}at 0 {2}pid {3}__u32\n {4}at 4 {2}comm {2}char\[16\]$/m,
  ];
  for (const pattern of expected) assert.match(shown.stdout, pattern);
});

test("all mistakes of a program are told in one run", () => {
  writeFileSync(join(folder, "bad.ts"), `${program}\nconst a: string = 1;\nconst b: number = "x";\n`);
  const { code, stdout, stderr } = tsbpf("build", "bad.ts");
  assert.equal(code, 1);
  assert.equal(stdout, "");
  assert.match(
    stderr,
    /^bad\.ts:12:7 - error TS2322: [^]*^bad\.ts:13:7 - error TS2322: [^]*^2 errors, nothing written$/m,
  );
  assert.ok(!existsSync(join(folder, "bad.bpf.o")));
});

test("a stage of the compiler is printed", () => {
  writeFileSync(join(folder, "exec.ts"), program);
  const { code, stdout } = tsbpf("build", "exec.ts", "--dump", "ir,asm");
  assert.equal(code, 0);
  assert.match(stdout, /^; --dump ir\n[^]*^; --dump asm\n[^]*call bpf_get_current_comm/m);
  const wrong = tsbpf("build", "exec.ts", "--dump", "asn");
  assert.equal(wrong.code, 2);
  assert.match(
    wrong.stderr,
    /^tsbpf build: invalid value "asn" of option "--dump" \(did you mean "asm"\?\): expected ir, .*asm\n/,
  );
});

test("a reader that goes away ends it quietly", () => {
  const { stdout, stderr } = shell(`{ "$node" "$tsbpf" help; echo "code $?" >&2; } | true`);
  assert.equal(stdout, "");
  assert.equal(stderr, "code 0\n");
});

test("output that cannot be written is no success", () => {
  const { code, stderr } = shell(`"$node" "$tsbpf" help > /dev/full`);
  assert.equal(code, 1);
  assert.match(stderr, /^tsbpf: write output: .*ENOSPC/);
});

test("no colour where there is no terminal", () => {
  for (const words of ["doctor", "inspect nothing.o"]) {
    const { stdout, stderr } = tsbpf(...words.split(" "));
    assert.ok(!`${stdout}${stderr}`.includes("\u001b"), words);
  }
});

test("commands that do not compile never load the compiler", () => {
  const line = `NODE_DEBUG=module,esm "$node" "$tsbpf" version 2>&1 | grep -c 'typescript/lib/typescript.js'`;
  assert.equal(shell(line).stdout, "0\n");
});

test("all of a long output arrives at a reader that takes its time", () => {
  const source = Array.from(
    { length: 600 },
    (_, index) => `  if (ctx.args[0] === ${index + 70000}n) seen.value += ${index}n;`,
  );
  const head = 'import { global, rawTracepoint, u64 } from "tsbpf";\nexport const seen = global(u64);\n';
  const body = `export const p = rawTracepoint("sched_process_exec", (ctx) => {\n${source.join("\n")}\n});\n`;
  writeFileSync(join(folder, "long.ts"), head + body);
  const line = '"$node" "$tsbpf" build long.ts -o long.bpf.o --dump ir,asm';
  const whole = Number(shell(`${line} > long.txt; wc -c < long.txt`).stdout);
  assert.ok(whole > 1 << 17, `only ${whole} bytes`);
  assert.equal(Number(shell(`${line} | (sleep 1; wc -c)`).stdout), whole);
});
