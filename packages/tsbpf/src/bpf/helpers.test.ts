// The helper table by itself and against the installed kernel headers. Against the running kernel:
// tables-kernel.test.ts.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test, type TestContext } from "node:test";
import type { HelperArg } from "./helper-spec.js";
import { helperById, helperByName, helpers, mayCall } from "./helpers.js";
import { programKinds } from "./program-kinds.js";

/** The text of a header, or undefined after a loud skip; where CI is set its lack is a failure. */
function header(t: TestContext, path: string): string | undefined {
  if (existsSync(path)) return readFileSync(path, "utf8");
  assert.ok(!process.env["CI"], `${path} is needed here`);
  t.skip(`SKIPPED, NOT CHECKED: ${path} is not installed`);
  return undefined;
}

test("ids 1 to 211 stand once each, in order", () => {
  assert.deepEqual(
    helpers.map((helper) => helper.id),
    Array.from({ length: 211 }, (_, index) => index + 1),
  );
  assert.equal(new Set(helpers.map((helper) => helper.tsName)).size, 211);
  assert.equal(helperById(16)?.tsName, "bpfGetCurrentComm");
  assert.equal(helperByName("bpfJiffies64")?.id, 118);
  assert.equal(helperByName("bpfTcpRawGenSyncookieIpv4")?.id, 204);
  assert.equal(helperById(212), undefined);
  assert.equal(helperByName("toString"), undefined);
});

test("arguments fit their registers and each other", () => {
  for (const helper of helpers) {
    const where = helper.name;
    assert.ok(helper.args.length <= 5, where);
    const names = helper.args.map((arg) => arg.name);
    assert.equal(new Set(names).size, names.length, `${where}: argument names`);
    for (const name of names) assert.match(name, /^[a-z][A-Za-z0-9]*$/, where);
    helper.args.forEach((arg, index) => checkArg(where, helper.args, arg, index));
    if (helper.returns.kind === "mem") assert.equal(helper.args[helper.returns.sizeArg]?.kind, "scalar", where);
  }
});

function checkArg(where: string, args: readonly HelperArg[], arg: HelperArg, index: number): void {
  if (arg.kind === "size") {
    assert.equal(arg.of, index - 1, where);
    assert.equal(args[arg.of]?.kind, "mem", where);
  }
  if (arg.kind === "mem") {
    const sized = args[index + 1]?.kind === "size";
    assert.equal(sized, arg.size === undefined && arg.constant === undefined, `${where}: size of ${arg.name}`);
    if (arg.fills) assert.equal(arg.access, "write", where);
  }
  if (arg.kind === "map_key" && !where.includes("sock")) {
    assert.ok(
      args.slice(0, index).some((before) => before.kind === "map"),
      `${where}: ${arg.name} has no map`,
    );
  }
  if (arg.kind === "scalar" && arg.optional) {
    assert.ok(
      args.slice(index).every((after) => after.kind === "scalar" && after.optional),
      where,
    );
  }
}

test("versions rise with the ids", () => {
  // Helpers got their numbers in the order they came.
  const ages = helpers.map((helper) => {
    const match = /^(\d+)\.(\d+)$/.exec(helper.since);
    assert.ok(match, `${helper.name}: ${helper.since}`);
    return Number(match[1]) * 100 + Number(match[2]);
  });
  ages.forEach((age, index) => assert.ok(index === 0 || age >= (ages[index - 1] ?? 0), helpers[index]?.name));
  const known = { 1: "3.19", 16: "4.2", 25: "4.4", 45: "4.11", 113: "5.5", 130: "5.8", 166: "5.14", 211: "6.2" };
  for (const [id, since] of Object.entries(known)) assert.equal(helperById(Number(id))?.since, since);
});

test("program kinds exist, and every helper has one", () => {
  const names = new Set(programKinds.map((kind) => kind.name));
  for (const helper of helpers) {
    if (helper.programKinds === "all") continue;
    assert.ok(helper.programKinds.length > 1, helper.name);
    assert.equal(new Set(helper.programKinds).size, helper.programKinds.length, `${helper.name}: a kind stands twice`);
    for (const kind of helper.programKinds) assert.ok(names.has(kind), `${helper.name}: ${kind}`);
  }
  const comm = helperById(16);
  assert.ok(comm && mayCall(comm, "raw_tracepoint") && !mayCall(comm, "lirc_mode2"));
});

test("each helper has a sentence of its own", () => {
  for (const helper of helpers) assert.match(helper.doc, /^[A-Z].*[^.]\.$/, helper.name);
  assert.equal(new Set(helpers.map((helper) => helper.doc)).size, 211);
});

test("only whole writes fill", () => {
  const fills = helpers.filter((helper) => helper.args.some((arg) => arg.kind === "mem" && arg.fills));
  assert.deepEqual(
    fills.map((helper) => helper.name),
    [
      "bpf_probe_read",
      "bpf_get_current_comm",
      "bpf_skb_load_bytes",
      "bpf_perf_event_read_value",
      "bpf_perf_prog_read_value",
      "bpf_skb_load_bytes_relative",
      "bpf_probe_read_user",
      "bpf_probe_read_kernel",
      "bpf_get_ns_current_pid_tgid",
      "bpf_copy_from_user",
    ],
  );
});

test("names are those of the kernel's header", (t) => {
  const text = header(t, "/usr/include/linux/bpf.h");
  if (text === undefined) return;
  const mapper = text.slice(text.indexOf("FN_MAPPER(FN") < 0 ? text.indexOf("BPF_FUNC_MAPPER(FN") : 0);
  // FN(name), in the order of the ids, or since Linux 6.1 FN(name, id).
  const names = [...mapper.matchAll(/\bFN\((\w+)(?:, (\d+), ##ctx)?\)/g)];
  assert.ok(names.length > 200, `${names.length} names`);
  names.forEach((match, index) => {
    const id = match[2] === undefined ? index : Number(match[2]);
    if (id > 0) assert.equal(helperById(id)?.name, `bpf_${match[1]}`);
  });
});

test("arguments are those of the C prototypes", (t) => {
  const text = header(t, "/usr/include/bpf/bpf_helper_defs.h");
  if (text === undefined) return;
  let count = 0;
  for (const match of text.matchAll(/^static .*\(\*(?:const )?(bpf_\w+)\)\((.*)\) = \(void \*\) (\d+);$/gm)) {
    const [, name, params = "", id] = match;
    const helper = helperById(Number(id));
    assert.equal(helper?.name, name);
    const expected = params === "void" ? [] : params.split(", ").filter((param) => param !== "...");
    const args = helper?.args.filter((arg) => !(arg.kind === "scalar" && arg.optional)) ?? [];
    assert.equal(args.length, expected.length, name);
    args.forEach((arg, index) => checkAgainstC(`${name}, ${arg.name}`, arg, expected[index] ?? ""));
    count++;
  }
  assert.ok(count > 200, `${count} prototypes`);
});

function checkAgainstC(where: string, arg: HelperArg, param: string): void {
  const name = /(\w+)$/.exec(param)?.[1] ?? "";
  assert.equal(arg.name.toLowerCase(), name.replaceAll("_", "").toLowerCase(), where);
  assert.equal(param.includes("*"), arg.kind !== "scalar" && arg.kind !== "size", `${where}: ${param}`);
  if (arg.kind === "scalar") {
    assert.equal(arg.bits, /\b(__u64|long)\b/.test(param) ? 64 : 32, `${where}: ${param}`);
    assert.equal(arg.signed, /\b(int|__s32)\b/.test(param), `${where}: ${param}`);
  }
}
