import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { parseArgs, UsageError } from "./args.js";
import { buildWith, defaultOutput } from "./build.js";
import type { Compiler } from "./build.js";
import { commands } from "./commands.js";
import { CliError } from "./errors.js";
import { formatDiagnostics } from "../compiler/diagnostic.js";
import type { Diagnostic } from "../compiler/diagnostic.js";

/** A compiler that gives what the test wants, and writes down what it was asked. */
function fakeCompiler(diagnostics: readonly Diagnostic[], asked: string[]): Compiler {
  return {
    dumpNames: ["ir", "gvn", "asm"],
    formatDiagnostics,
    compile({ file, cpu, dump }) {
      asked.push(`${file.slice(file.lastIndexOf("/") + 1)} ${cpu ?? "default"}`);
      for (const name of ["ir", "gvn", "asm"]) dump?.(name, `text of ${name}\n`);
      const failed = diagnostics.some((diagnostic) => diagnostic.severity === "error");
      return { object: failed ? undefined : Uint8Array.of(1, 2, 3), diagnostics };
    },
  };
}

interface Outcome {
  /** The exit code, or the error that run.ts prints. */
  readonly result: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly asked: readonly string[];
}

async function build(cwd: string, words: string, diagnostics: readonly Diagnostic[] = []): Promise<Outcome> {
  const command = commands.find((candidate) => candidate.name === "build");
  assert.ok(command);
  let stdout = "";
  let stderr = "";
  const asked: string[] = [];
  const io = {
    stdout: (text: string) => void (stdout += text),
    stderr: (text: string) => void (stderr += text),
    colorStdout: false,
    colorStderr: false,
    cwd,
  };
  let result: string;
  try {
    const load = async (): Promise<Compiler> => fakeCompiler(diagnostics, asked);
    result = String(await buildWith(load, parseArgs(command, words.split(" ")), io));
  } catch (error) {
    assert.ok(error instanceof UsageError || error instanceof CliError, String(error));
    result = `${error.name}: ${error.message}`;
  }
  return { result, stdout, stderr, asked };
}

function workFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "tsbpf-build-"));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "bpf"));
  writeFileSync(join(folder, "bpf/sched.ts"), "let x: number = 'text';\nlet y = 1;\n");
  return folder;
}

test("the object's default name", () => {
  const cases = {
    "sched.ts": "sched.bpf.o",
    "bpf/a.b.ts": "a.b.bpf.o",
    "/x/y.mts": "y.bpf.o",
    "z.cts": "z.bpf.o",
    plain: "plain.bpf.o",
  };
  for (const [file, expected] of Object.entries(cases)) assert.equal(defaultOutput(file), expected);
});

test("a build writes the object and says so on stderr", async (t) => {
  const folder = workFolder(t);
  const cases: readonly (readonly [words: string, output: string, asked: string])[] = [
    ["bpf/sched.ts", "sched.bpf.o", "sched.ts default"],
    ["bpf/sched.ts -o build/deep/sched.bpf.o", "build/deep/sched.bpf.o", "sched.ts default"],
    ["bpf/sched.ts --cpu v1 --output=x.o", "x.o", "sched.ts v1"],
    [`bpf/sched.ts -o ${join(folder, "abs.o")}`, join(folder, "abs.o"), "sched.ts default"],
  ];
  for (const [words, output, asked] of cases) {
    const outcome = await build(folder, words);
    assert.deepEqual(
      outcome,
      { result: "0", stdout: "", stderr: `wrote ${output} (3 bytes)\n`, asked: [asked] },
      words,
    );
    const path = output.startsWith("/") ? output : join(folder, output);
    assert.deepEqual([...readFileSync(path)], [1, 2, 3]);
  }
});

test("all errors are told, nothing is written, and an older object stays", async (t) => {
  const folder = workFolder(t);
  const file = join(folder, "bpf/sched.ts");
  const error = (line: number): Diagnostic => ({
    code: "TSB1001",
    severity: "error",
    message: `mistake on line ${line}`,
    span: { file, line, column: 5, length: 1 },
    notes: ["write it otherwise"],
  });
  writeFileSync(join(folder, "sched.bpf.o"), "old");
  const { result, stdout, stderr } = await build(folder, "bpf/sched.ts", [error(1), error(2)]);
  assert.equal(result, "1");
  assert.equal(stdout, "");
  assert.match(
    stderr,
    /bpf\/sched\.ts:1:5 .*TSB1001: mistake on line 1\n[^]*bpf\/sched\.ts:2:5 .*mistake on line 2[^]*\n2 errors, nothing written\n$/,
  );
  assert.equal(readFileSync(join(folder, "sched.bpf.o"), "utf8"), "old");
  const one = await build(folder, "bpf/sched.ts", [error(1)]);
  assert.match(one.stderr, /\n1 error, nothing written\n$/);
});

test("warnings are told and the object is written", async (t) => {
  const folder = workFolder(t);
  const warning: Diagnostic = { code: "TSB9", severity: "warning", message: "odd", span: undefined, notes: [] };
  const { result, stderr } = await build(folder, "bpf/sched.ts", [warning]);
  assert.equal(result, "0");
  assert.equal(stderr, "warning TSB9: odd\nwrote sched.bpf.o (3 bytes)\n");
});

test("dumps go to stdout, those that were asked for", async (t) => {
  const folder = workFolder(t);
  const { result, stdout } = await build(folder, "bpf/sched.ts --dump asm,ir");
  assert.equal(result, "0");
  assert.equal(stdout, "; --dump ir\ntext of ir\n\n; --dump asm\ntext of asm\n\n");
});

test("what cannot be built is told before the compiler is loaded, and destroys nothing", async (t) => {
  const folder = workFolder(t);
  symlinkSync("bpf/sched.ts", join(folder, "link.o"));
  const cases: readonly (readonly [words: string, result: string])[] = [
    ["bpf/shed.ts", 'CliError: read bpf/shed.ts: no such file or folder (did you mean "bpf/sched.ts"?)'],
    ["bpf/other.ts", "CliError: read bpf/other.ts: no such file or folder"],
    ["nowhere/x.ts", "CliError: read nowhere/x.ts: no such file or folder"],
    ["bpf/sched.ts/x.ts", "CliError: read bpf/sched.ts/x.ts: a part of the path is a file, not a folder"],
    ["bpf", "CliError: read bpf: it is a folder (name a TypeScript file in it)"],
    ["bpf/sched.ts -o bpf/sched.ts", 'UsageError: output "bpf/sched.ts" has the name of a TypeScript file'],
    ["bpf/sched.ts -o other.ts", 'UsageError: output "other.ts" has the name of a TypeScript file'],
    ["bpf/sched.ts -o link.o", 'UsageError: output "link.o" is the source file itself'],
  ];
  const before = readdirSync(folder, { recursive: true });
  for (const [words, result] of cases) {
    assert.deepEqual(await build(folder, words), { result, stdout: "", stderr: "", asked: [] }, words);
  }
  assert.deepEqual(readdirSync(folder, { recursive: true }), before);
});

test("a dump that does not exist is told before anything is compiled", async (t) => {
  const folder = workFolder(t);
  const { result, asked } = await build(folder, "bpf/sched.ts --dump ri");
  assert.equal(result, 'UsageError: invalid value "ri" of option "--dump" (did you mean "ir"?): expected ir, gvn, asm');
  assert.deepEqual(asked, []);
});

test("an object that cannot be written is an error", async (t) => {
  const folder = workFolder(t);
  const { result, stderr } = await build(folder, "bpf/sched.ts -o /dev/full");
  assert.match(result, /^CliError: write \/dev\/full: no space left on the disk \(/);
  assert.equal(stderr, "");
  assert.ok(existsSync("/dev/full"));
});
