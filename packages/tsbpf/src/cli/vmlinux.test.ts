import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { UsageError } from "./args.js";
import { CliError } from "./errors.js";
import { runVmlinux, viewsOf } from "./vmlinux.js";
import { BtfBuilder } from "../btf/encode.js";
import type { BtfMember, BtfTypeId } from "../btf/types.js";
import { compile } from "../compiler/compile.js";
import { formatDiagnostics } from "../compiler/diagnostic.js";
import { compilerHost, compilerOptions } from "../compiler/frontend/host.js";
import { ts } from "../compiler/frontend/typescript.js";
import { load } from "../loader/load.js";

const folder = mkdtempSync(join(tmpdir(), "tsbpf-vmlinux-"));
after(() => rmSync(folder, { recursive: true }));
const kernelBtf = "/sys/kernel/btf/vmlinux";

function member(name: string, type: BtfTypeId, offsetBits: number, bitfieldSizeBits = 0): BtfMember {
  return { name, type, offsetBits, bitfieldSizeBits };
}

/** Every kind of type that stands in a kernel, and names that need care. */
function madeUp(): Uint8Array {
  const btf = new BtfBuilder();
  const int = btf.add({ kind: "int", name: "int", size: 4, bits: 32, offsetBits: 0, encoding: "signed" });
  const unsigned = btf.add({
    kind: "int",
    name: "unsigned int",
    size: 4,
    bits: 32,
    offsetBits: 0,
    encoding: "unsigned",
  });
  const char = btf.add({ kind: "int", name: "char", size: 1, bits: 8, offsetBits: 0, encoding: "signed" });
  const byte = btf.add({ kind: "int", name: "unsigned char", size: 1, bits: 8, offsetBits: 0, encoding: "unsigned" });
  const bool = btf.add({ kind: "int", name: "_Bool", size: 1, bits: 8, offsetBits: 0, encoding: "bool" });
  const wide = btf.add({ kind: "int", name: "__int128", size: 16, bits: 128, offsetBits: 0, encoding: "unsigned" });
  const double = btf.add({ kind: "float", name: "double", size: 8 });
  const arrayOf = (element: BtfTypeId, length: number): BtfTypeId =>
    btf.add({ kind: "array", element, index: unsigned, length });
  const pointerTo = (type: BtfTypeId): BtfTypeId => btf.add({ kind: "ptr", type });
  const value = (name: string, number: bigint): { name: string; value: bigint } => ({ name, value: number });
  const color = {
    kind: "enum",
    name: "color",
    size: 4,
    signed: false,
    values: [value("RED", 0n), value("class", 7n)],
  } as const;
  const level = { kind: "enum", name: "level", size: 1, signed: true, values: [value("LOW", -1n)] } as const;
  const big = { kind: "enum64", name: "big", size: 8, signed: false, values: [value("HUGE", 1n << 40n)] } as const;
  const unnamedEnum = btf.add({ kind: "enum", name: "", size: 4, signed: false, values: [value("FIRST", 0n)] });
  const counter = btf.add({ kind: "struct", name: "", size: 4, members: [member("counter", int, 0)] });
  const atomic = btf.add({ kind: "typedef", name: "atomic_t", type: counter });
  const leaf = btf.add({ kind: "struct", name: "leaf", size: 8, members: [member("far", pointerTo(atomic), 0)] });
  const proto = btf.add({ kind: "func_proto", returns: int, params: [{ name: "x", type: int }] });
  const inner = btf.add({ kind: "struct", name: "", size: 8, members: [member("a", int, 0), member("b", int, 32)] });
  const hidden = btf.add({
    kind: "union",
    name: "",
    size: 8,
    members: [member("either", int, 0), member("", inner, 0)],
  });
  const named = btf.add({ kind: "union", name: "", size: 4, members: [member("x", int, 0), member("y", unsigned, 0)] });
  const user = btf.add({ kind: "type_tag", name: "user", type: char });
  const node = btf.reserve();
  const types: readonly (readonly [name: string, type: BtfTypeId, bits?: number])[] = [
    ["next", pointerTo(btf.add({ kind: "const", type: node }))],
    ["count", atomic],
    ["color", btf.add(color)],
    ["level", btf.add(level)],
    ["big", btf.add(big)],
    ["unnamed", unnamedEnum],
    ["flag", bool],
    ["low", unsigned, 3],
    ["minus", int, 2],
    ["yes", bool, 1],
    ["shade", btf.add(color), 4],
    ["", hidden],
    ["choice", named],
    ["name", arrayOf(char, 16)],
    ["address", arrayOf(byte, 6)],
    ["matrix", arrayOf(arrayOf(int, 3), 2)],
    ["leaves", arrayOf(leaf, 4)],
    ["text", pointerTo(char)],
    ["data", pointerTo(byte)],
    ["words", pointerTo(unsigned)],
    ["table", pointerTo(pointerTo(leaf))],
    ["private", pointerTo(0)],
    ["callback", pointerTo(proto)],
    ["incomplete", pointerTo(btf.add({ kind: "fwd", name: "nowhere", union: false }))],
    ["argv", pointerTo(user)],
    ["TxErrors", unsigned],
    ["function", int],
    ["wide", wide],
    ["ratio", double],
    ["tail", arrayOf(unsigned, 0)],
  ];
  const members = types.map(([name, type, bits], index) => member(name, type, index * 64, bits));
  btf.define(node, { kind: "struct", name: "node", size: types.length * 8, members });
  btf.add({ kind: "struct", name: "Qdisc", size: 4, members: [member("flags", int, 0)] });
  btf.add({ kind: "struct", name: "core::fmt::Arguments", size: 4, members: [member("a", int, 0)] });
  btf.add({ kind: "struct", name: "node", size: 4, members: [member("other", int, 0)] });
  btf.add({ kind: "struct", name: "empty", size: 0, members: [] });
  btf.add({ kind: "struct", name: "enum_map", size: 4, members: [member("a", int, 0)] });
  btf.add({ kind: "typedef", name: "number_t", type: int });
  btf.add({ kind: "enum", name: "node", size: 4, signed: false, values: [value("NODE", 1n)] });
  return btf.finish();
}

/** The files' own errors, with all that a strict check finds. */
function typeErrors(files: Readonly<Record<string, string>>): readonly string[] {
  const paths = Object.entries(files).map(([name, text]) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  });
  const options = { ...compilerOptions, exactOptionalPropertyTypes: true, skipLibCheck: false };
  const program = ts.createProgram(paths, options, compilerHost());
  const found = paths.flatMap((path) => {
    const file = program.getSourceFile(path);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  });
  return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

test("views of a made-up kernel", () => {
  const golden = fileURLToPath(new URL("../../test/data/cli-vmlinux.d.ts.txt", import.meta.url));
  const { text, typeCount } = viewsOf(madeUp(), "made-up", [], Infinity);
  if (process.env["BLESS"] === "1") writeFileSync(golden, text);
  assert.equal(text, readFileSync(golden, "utf8"), "BLESS=1 accepts this; read the diff then");
  assert.equal(typeCount, text.match(/^export interface /gm)?.length);
  assert.deepEqual(typeErrors({ "made-up.d.ts": text }), []);
});

test("named types come with what they lead to, up to a depth", () => {
  const views = (names: readonly string[], depth: number): string[] =>
    [...viewsOf(madeUp(), "made-up", names, depth).text.matchAll(/^export interface (\w+)/gm)].map(
      ([, name = ""]) => name,
    );
  assert.deepEqual(views(["leaf"], Infinity), ["bpfCoreAtomicT", "bpfCoreLeaf"]);
  assert.deepEqual(views(["bpfCoreLeaf"], 0), ["bpfCoreLeaf"]);
  assert.deepEqual(views(["Qdisc", "atomic_t"], 1), ["bpfCoreAtomicT", "bpfCore_Qdisc"]);
  assert.deepEqual(views(["bpfCore_Qdisc"], 1), ["bpfCore_Qdisc"]);
  // An enum of the same name; and what is embedded is always there.
  assert.deepEqual(views(["node"], 0), [
    "bpfCoreAtomicT",
    "bpfCoreEnumBig",
    "bpfCoreEnumColor",
    "bpfCoreEnumLevel",
    "bpfCoreEnumNode",
    "bpfCoreLeaf",
    "bpfCoreNode",
  ]);
});

test("what is wrong has a message", async () => {
  const bad = (words: () => unknown): string => {
    try {
      words();
    } catch (error) {
      if (error instanceof CliError) return error.message;
      throw error;
    }
    return "nothing is wrong";
  };
  const bytes = madeUp();
  assert.equal(
    bad(() => viewsOf(bytes, "x.btf", ["laef"], 1)),
    'find "laef" in x.btf: no struct, union or enum has this name (did you mean "leaf"?)',
  );
  assert.match(
    bad(() => viewsOf(bytes, "x.btf", ["number_t"], 1)),
    /^find "number_t" in x\.btf: no struct/,
  );
  assert.match(
    bad(() => viewsOf(new Uint8Array(64), "x.btf", [], 1)),
    /^read x\.btf: .*expected a kernel's BTF/,
  );
  assert.match(
    bad(() => viewsOf(bytes.subarray(0, 200), "x.btf", [], 1)),
    /^read x\.btf: .*expected a kernel's BTF/,
  );
  const io = { stdout: () => {}, stderr: () => {}, colorStdout: false, colorStderr: false, cwd: folder };
  const run = (values: Record<string, string>): Promise<number> => {
    const entries = Object.entries(values).map(([name, value]) => [name, [value]] as const);
    return runVmlinux({ operand: undefined, operands: [], values: new Map(entries), help: false }, io);
  };
  await assert.rejects(run({ output: "vmlinux.ts" }), UsageError);
  await assert.rejects(run({ depth: "-1" }), UsageError);
  await assert.rejects(run({ btf: "nowhere" }), /read nowhere: no such file or folder/);
  await assert.rejects(run({ btf: "." }), /read \.: it is a folder/);
});

test("damaged BTF gives a text or an error, never a crash or a hang", () => {
  const bytes = madeUp();
  let seed = 7;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % below;
  };
  let errors = 0;
  for (let round = 0; round < 1000; round++) {
    const damaged = Uint8Array.from(bytes);
    for (let edits = 1 + random(6); edits > 0; edits--) damaged[random(damaged.length)] = random(256);
    try {
      viewsOf(damaged, "x.btf", [], Infinity);
    } catch (error) {
      assert.ok(error instanceof CliError, String(error));
      errors++;
    }
  }
  assert.ok(errors > 50 && errors < 1000, `${errors} errors`);
});

const user = `import {
  bpfCoreEnumValue, bpfGetCurrentPidTgid, bpfGetCurrentTask, bpfGetCurrentTaskBtf, chars, rawTracepoint, struct, u32,
  u64,
} from "tsbpf";
import type { bpfCoreEnumPidType, bpfCoreTaskStruct } from "./vmlinux.js";

const Event = struct({ comm: chars(16) });

export const check = rawTracepoint("sched_process_exec", () => {
  const task = bpfGetCurrentTask<bpfCoreTaskStruct>();
  const known = bpfGetCurrentTaskBtf<bpfCoreTaskStruct>();
  const event = Event({ comm: task.comm });
  if (event.comm[0] === 0) return 1;
  if (u64(u32(task.tgid)) !== bpfGetCurrentPidTgid() >> 32n) return 2;
  if (known.group_leader.tgid !== task.tgid) return 3;
  if (task.signal.pids[1].numbers[0].nr !== known.tgid) return 4;
  if (task.sched_reset_on_fork !== 0) return 5;
  if (bpfCoreEnumValue<bpfCoreEnumPidType>("PIDTYPE_TGID") !== 1) return 6;
  if (task.usage.refs.counter < 1) return 7;
  return task.files.fdt.max_fds < 1 ? 8 : 0;
});
`;

/** Views of the running kernel, or a loud skip. */
function kernelViews(t: TestContext, names: readonly string[], depth: number): string | undefined {
  if (existsSync(kernelBtf)) return viewsOf(readFileSync(kernelBtf), kernelBtf, names, depth).text;
  assert.ok(!process.env["CI"], `no ${kernelBtf}`);
  t.skip(`SKIPPED, NOT CHECKED: no ${kernelBtf}`);
  return undefined;
}

test("a program on generated views: types, object, and the running kernel", async (t) => {
  const text = kernelViews(t, ["task_struct", "pid_type"], 3);
  if (text === undefined) return;
  assert.deepEqual(typeErrors({ "vmlinux.d.ts": text, "user.ts": user }), []);
  const { object, diagnostics } = compile({ file: join(folder, "user.ts"), verify: true });
  assert.ok(object, formatDiagnostics(diagnostics, { cwd: folder }));
  // Only what is used becomes part of the object.
  assert.ok(object.length < 20_000, `${object.length} bytes`);
  await using loaded = await load(object);
  assert.equal(loaded.programs["check"]?.testRun().returnValue, 0);
});

test("views of the whole running kernel are right for tsc", (t) => {
  const text = kernelViews(t, [], Infinity);
  if (text === undefined) return;
  assert.ok((text.match(/^export interface /gm)?.length ?? 0) > 5000);
  assert.deepEqual(typeErrors({ "vmlinux.d.ts": text, "user.ts": user }), []);
});
