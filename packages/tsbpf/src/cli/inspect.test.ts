import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { CliError } from "./errors.js";
import { inspectBytes } from "./inspect.js";

const folder = mkdtempSync(join(tmpdir(), "tsbpf-inspect-"));
after(() => rmSync(folder, { recursive: true }));
const source = fileURLToPath(new URL("../../test/data/cli-inspect.c", import.meta.url));

function compileC(name: string, ...options: readonly string[]): Uint8Array {
  const output = join(folder, name);
  const flags = ["--target=bpf", "-O2", `-I/usr/include/${process.arch === "arm64" ? "aarch64" : "x86_64"}-linux-gnu`];
  execFileSync("clang-19", [...flags, ...options, "-c", source, "-o", output], { cwd: dirname(source) });
  return readFileSync(output);
}

const object = compileC("inspect.o", "-g");

test("an object that clang made is shown whole", () => {
  const text = inspectBytes(object, "x.o", false);
  const expected: readonly RegExp[] = [
    new RegExp(`^x\\.o: ${object.length} bytes, licence "GPL"$`, "m"),
    /^ +\d+ {2}raw_tracepoint\/sched_process_exec +bytes +\d+ {2}loaded code$/m,
    /^ +\d+ {2}\.bss +zeros +8 {2}loaded writable$/m,
    /^ {2}on_exec: raw_tracepoint sched_process_exec, \d+ instructions, section .*, from Linux 4\.17$/m,
    /^ {4}\S+cli-inspect\.c:44:\d+ {2}struct task_struct \*task = \(void \*\)bpf_get_current_task\(\);\n +\d+ {2}call bpf_get_current_task#35$/m,
    /^ +8 .* ; CO-RE .*struct task_struct\.pid/m,
    /^ +\d+ {2}call parent_pid/m,
    /^ +\d+ .*map\[events\]/m,
    /^ +\d+ .* ; \.rodata\+0$/m,
    /^ {2}parent_pid: 16 instructions, section \.text$/m,
    /^ {2}seen: hash; key __u32, 4 bytes; value struct event, 24 bytes; 64 entries$/m,
    /^ {2}events: perf_event_array; key 4 bytes; value 4 bytes; one entry for each possible CPU$/m,
    /^ {2}struct event, 24 bytes$/m,
    /^ {4}at 4 {2}parent {2}__u32, 24 bits$/m,
    /^ {4}at 8 {2}comm {4}char\[16\]$/m,
    /^ {2}\.rodata: 4 bytes, read-only\n {4}at 0, 4 bytes: only_pid: const volatile __u32\n {4}0000 {2}07 00 00 00 .*\.\.\.\.$/m,
    /^ {2}\.bss: 8 bytes\n {4}at 0, 8 bytes: count: __u64\n {4}all zero$/m,
    /^ {2}\d+ types, \d+ bytes: .*5 struct/m,
  ];
  for (const pattern of expected) assert.match(text, pattern);
  assert.doesNotMatch(text, /undefined|\[object|NaN/);
});

test("every instruction of a program has its line, and no more", () => {
  const text = inspectBytes(object, "x.o", false);
  const program = text.slice(text.indexOf("  on_exec:"), text.indexOf("\nfunctions\n"));
  const total = Number(/, (\d+) instructions/.exec(program)?.[1]);
  const indices = [...program.matchAll(/^ {4} *(\d+) {2}(.*)$/gm)].map(([, index, insn]) => ({
    index: Number(index),
    insn,
  }));
  let next = 0;
  for (const { index, insn } of indices) {
    assert.equal(index, next);
    next += insn?.includes(" ll") ? 2 : 1;
  }
  assert.equal(next, total);
});

test("an object without debug information is shown as far as it goes", () => {
  // Maps defined by BTF need it, so this program has none.
  const code = '__attribute__((section("xdp"))) int pass(void *ctx) { return 2; }';
  const path = join(folder, "plain.c");
  execFileSync("sh", ["-c", `printf '%s' "$1" > "$2"`, "sh", code, path]);
  execFileSync("clang-19", ["--target=bpf", "-O2", "-c", path, "-o", join(folder, "plain.o")]);
  const text = inspectBytes(readFileSync(join(folder, "plain.o")), "plain.o", false);
  assert.match(text, /bytes, no licence$/m);
  assert.match(text, /^ {2}pass: xdp, 2 instructions, section xdp, from Linux 4\.8\n {8}0 {2}\w0 = 2\n {8}1 {2}exit$/m);
  assert.match(text, /^ {2}none: the object has no section \.BTF/m);
});

/** The text, or the message of the CliError; any other error fails the test. */
function inspected(bytes: Uint8Array): string {
  try {
    return inspectBytes(bytes, "x.o", false);
  } catch (error) {
    if (error instanceof CliError) return error.message;
    throw error;
  }
}

test("a file that is no object is an error with a hint", () => {
  const expected = " (expected an object made by tsbpf build, or by clang --target=bpf -g)";
  const big = Uint8Array.from(object);
  big[5] = 2;
  const x86 = Uint8Array.from(object);
  x86[18] = 62;
  const cases: readonly (readonly [name: string, bytes: Uint8Array, pattern: RegExp])[] = [
    ["empty", new Uint8Array(), /^read x\.o: .* \(the file is empty: build it again\)$/],
    [
      "text",
      Buffer.from("import { rawTracepoint } from 'tsbpf';".repeat(4)),
      /^read x\.o: (?!x\.o).*made by tsbpf build/,
    ],
    ["zeros", new Uint8Array(4096), /^read x\.o: .*made by tsbpf build/],
    ["half an object", object.subarray(0, object.length >> 1), /^read x\.o: (?!.*made by tsbpf)/],
    ["the ELF magic alone", object.subarray(0, 4), /^read x\.o: (?!.*made by tsbpf)/],
    ["big-endian", big, /^read x\.o: .*endian/],
    ["another machine", x86, /^read x\.o: .*/],
  ];
  for (const [name, bytes, pattern] of cases) assert.match(inspected(bytes), pattern, name);
  assert.ok(inspected(new Uint8Array(64)).endsWith(expected));
});

test("a damaged object gives a text or an error, never a crash", () => {
  let seed = 1;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % below;
  };
  let errors = 0;
  for (let round = 0; round < 1500; round++) {
    const bytes = Uint8Array.from(object);
    for (let edits = 1 + random(8); edits > 0; edits--) bytes[random(bytes.length)] = random(256);
    if (inspected(bytes.subarray(0, random(4) === 0 ? random(bytes.length) : bytes.length)).startsWith("read x.o:"))
      errors++;
  }
  assert.ok(errors > 100 && errors < 1500, `${errors} errors`);
});

test("control characters in names never reach the terminal", () => {
  const bytes = Buffer.from(object);
  const at = bytes.indexOf("parent_pid\0");
  assert.ok(at > 0);
  for (let place = bytes.indexOf("parent_pid"); place >= 0; place = bytes.indexOf("parent_pid", place + 1))
    bytes[place] = 0x1b;
  const text = inspected(bytes);
  assert.ok(!text.includes("\u001b"));
  assert.match(text, /\\x1barent_pid/);
});
