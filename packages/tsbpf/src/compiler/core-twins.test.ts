// The relocations of our programs and of their twins in C, which clang compiles, mean the same: kind, type and path,
// and the number that the loader makes of them, on the running kernel's types and on made-up ones.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { describeCoreReloc, resolveCore } from "../btf/core.js";
import { decodeBtf } from "../btf/decode.js";
import { BtfBuilder } from "../btf/encode.js";
import { coreRelocKinds, type Btf, type BtfTypeId, type CoreRelocKind } from "../btf/types.js";
import { readObject } from "../object/read.js";
import type { ObjectSpec } from "../object/spec.js";
import { compileFixture, haveKernel, haveTools, KERNEL_BTF } from "../object/tools.test.helper.js";
import { casesFolder, objectOf } from "./run.test.support.js";

/** One relocation in words, and what becomes of it on a target. */
interface Meaning {
  readonly kind: CoreRelocKind;
  readonly text: string;
  readonly result: string;
}

/** By program, each meaning once: compilers may ask the same question twice. */
function meanings(object: ObjectSpec, target: Btf): Map<string, Meaning[]> {
  const { btf } = object;
  assert.ok(btf);
  return new Map(
    object.programs.map(({ name, coreRelocations }) => {
      const found = resolveCore(btf, coreRelocations, target).map(({ reloc, outcome }): [string, Meaning] => {
        const text = describeCoreReloc(btf, reloc).replace(/ \([\d:]+\)$/, "");
        // The local id is each program's own.
        const isLocal = reloc.kind === "type_id_local";
        const value = outcome.kind === "value" && !isLocal ? ` ${outcome.targetValue}` : "";
        return [text, { kind: reloc.kind, text, result: outcome.kind + value }];
      });
      const unique = new Map(found);
      return [name, [...unique.values()].sort((a, b) => (a.text < b.text ? -1 : 1))];
    }),
  );
}

/** Types of the same names as the programs', in other places, of other sizes, and with other values. */
function madeUp(): Btf {
  const btf = new BtfBuilder();
  const integer = (name: string, size: number, encoding: "signed" | "unsigned" | "char"): BtfTypeId =>
    btf.add({ kind: "int", name, size, bits: size * 8, offsetBits: 0, encoding });
  const int = integer("int", 4, "signed");
  const unsigned = integer("unsigned int", 4, "unsigned");
  const long = integer("long unsigned int", 8, "unsigned");
  const char = integer("char", 1, "char");
  const arrayOf = (element: BtfTypeId, length: number): BtfTypeId =>
    btf.add({ kind: "array", element, index: unsigned, length });
  const member = (name: string, type: BtfTypeId, offsetBits: number, bitfieldSizeBits = 0) => {
    return { name, type, offsetBits, bitfieldSizeBits };
  };
  const list = btf.reserve();
  const next = btf.add({ kind: "ptr", type: list });
  btf.define(list, {
    kind: "struct",
    name: "list_head",
    size: 24,
    members: [member("prev", next, 64), member("next", next, 128)],
  });
  const counter = btf.add({ kind: "struct", name: "", size: 12, members: [member("counter", int, 64)] });
  const atomic = btf.add({ kind: "typedef", name: "atomic_t", type: counter });
  const refs = btf.add({ kind: "struct", name: "refcount_struct", size: 16, members: [member("refs", atomic, 32)] });
  const upid = btf.add({ kind: "struct", name: "upid", size: 32, members: [member("nr", int, 96)] });
  const pid = btf.add({ kind: "struct", name: "pid", size: 160, members: [member("numbers", arrayOf(upid, 4), 128)] });
  const pids = arrayOf(btf.add({ kind: "ptr", type: pid }), 5);
  const signal = btf.add({ kind: "struct", name: "signal_struct", size: 80, members: [member("pids", pids, 192)] });
  // Some of the task's fields lie in a union and a struct without names.
  const flags = btf.add({
    kind: "union",
    name: "",
    size: 8,
    members: [member("flags", long, 0), member("other", int, 0)],
  });
  const inside = btf.add({
    kind: "struct",
    name: "",
    size: 24,
    members: [member("", flags, 64), member("pid", long, 128)],
  });
  btf.add({
    kind: "struct",
    name: "task_struct",
    size: 1000,
    members: [
      member("", inside, 640),
      member("comm", arrayOf(char, 32), 1280),
      member("usage", refs, 2048),
      member("tasks", list, 2560),
      member("signal", btf.add({ kind: "ptr", type: signal }), 3200),
      member("in_execve", long, 4099, 3),
      member("sched_remote_wakeup", unsigned, 4170, 2),
    ],
  });
  btf.add({ kind: "union", name: "bpf_attr", size: 8, members: [member("map_type", unsigned, 0)] });
  const values = [{ name: "BPF_MAP_TYPE_HASH", value: -5n }];
  const mapType = btf.add({ kind: "enum", name: "bpf_map_type", size: 4, signed: true, values });
  const wide = [{ name: "PERF_CONTEXT_KERNEL", value: 0xfedcba9876543210n }];
  btf.add({ kind: "enum64", name: "perf_callchain_context", size: 8, signed: false, values: wide });
  btf.add({
    kind: "struct",
    name: "bpf_map",
    size: 64,
    members: [member("key_size", unsigned, 256), member("map_type", mapType, 352)],
  });
  return decodeBtf(btf.finish());
}

for (const passes of ["none", "all"] as const) {
  test(`relocations are those of the twins in C, passes ${passes}`, (t) => {
    if (!haveTools(t, "clang-19") || !haveKernel(t)) return;
    const ours = readObject(objectOf(`${casesFolder}lang/core-twins.ts`, passes, "v3"));
    const theirs = readObject(compileFixture("core-twins", ["-g", "-mcpu=v3"]));
    const targets = { kernel: decodeBtf(readFileSync(KERNEL_BTF)), "made-up types": madeUp() };
    for (const [name, target] of Object.entries(targets)) {
      const [mine, expected] = [meanings(ours, target), meanings(theirs, target)];
      assert.deepEqual(Object.fromEntries(mine), Object.fromEntries(expected), name);
      const kinds = new Set([...expected.values()].flat().map(({ kind }) => kind));
      assert.deepEqual([...kinds].sort(), [...coreRelocKinds].sort());
    }
  });
}
