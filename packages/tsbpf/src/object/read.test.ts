import assert from "node:assert/strict";
import { test } from "node:test";

import { typeName } from "../btf/name.js";
import type { BtfType } from "../btf/types.js";
import { FormatError } from "../util/bytes.js";
import { readObject } from "./read.js";
import { compileFixture, haveTools } from "./tools.test.helper.js";

const digest = (fn: { name: string; section: string; relocations: readonly object[] }): unknown => {
  return [fn.name, fn.section, ...fn.relocations.map((relocation) => Object.values(relocation).join(" "))];
};

test("clang's object with everything in it", (t) => {
  if (!haveTools(t, "clang-19")) return;
  const object = readObject(compileFixture("object-basic"), "basic.o");
  assert.equal(object.license, "GPL");
  const section = "raw_tracepoint/sched_switch";
  assert.deepEqual(object.programs.map(digest), [
    [
      "first",
      section,
      "map 5 counts",
      "data 10 .bss 0",
      "function 16 callback",
      "call 22 start_of",
      "map 24 events",
      "data 27 .data 0",
      "call 30 hidden_scale",
    ],
    ["second", section],
    ["third", "tp/other", "call 1 scale"],
  ]);
  assert.deepEqual(object.subprograms.map(digest), [
    ["scale", ".text", "data 0 .rodata 0"],
    ["hidden_scale", ".text", "call 0 scale", "data 1 .data.custom 0"],
    ["callback", ".text", "data 0 .bss 24"],
    ["start_of", ".text", "data 1 .bss 24"],
  ]);
  assert.deepEqual(
    object.programs[1]?.coreRelocations.map(({ kind, access }) => [kind, access]),
    [["field_byte_offset", "0:0"]],
  );
  assert.ok(object.programs.every((fn) => fn.lines.length > 0 && fn.lines[0]?.insnIndex === 0));
  assert.equal(object.programs[2]?.lines[0]?.text.startsWith('SEC("tp/other")'), true);
});

test("maps, data and types of clang's object", (t) => {
  if (!haveTools(t, "clang-19")) return;
  const { btf, maps, data, programs, subprograms } = readObject(compileFixture("object-basic"));
  assert.ok(btf);
  const nameOf = (id: number | undefined): string | undefined =>
    id === undefined ? undefined : typeName(btf.type(id));
  assert.deepEqual(
    maps.map((map) => ({
      ...map,
      keyTypeId: nameOf(map.keyTypeId),
      valueTypeId: nameOf(map.valueTypeId),
      eventTypeId: nameOf(map.eventTypeId),
    })),
    [
      {
        name: "counts",
        type: 1,
        keySize: 4,
        valueSize: 4,
        maxEntries: 128,
        flags: 1,
        keyTypeId: "u32",
        valueTypeId: "value",
        eventTypeId: undefined,
      },
      {
        name: "events",
        type: 4,
        keySize: 4,
        valueSize: 4,
        maxEntries: 0,
        flags: 0,
        keyTypeId: undefined,
        valueTypeId: undefined,
        eventTypeId: "record",
      },
    ],
  );
  assert.deepEqual(data.map(({ section, bytes, readOnly }) => [section, bytes.length, bytes[0], readOnly]).sort(), [
    [".bss", 28, 0, false],
    [".data", 4, 5, false],
    [".data.custom", 4, 9, false],
    [".rodata", 4, 3, true],
  ]);
  for (const { section, bytes, typeId } of data) {
    const type = btf.type(typeId ?? 0);
    assert.ok(type.kind === "datasec", section);
    assert.equal(type.size, bytes.length, section);
    assert.ok(
      type.vars.every((variable, index) => index === 0 || variable.offset > (type.vars[index - 1]?.offset ?? 0)),
      section,
    );
  }
  for (const fn of [...programs, ...subprograms]) {
    const type: BtfType = btf.type(fn.funcTypeId ?? 0);
    assert.ok(type.kind === "func" && type.name === fn.name);
    const linkage: string = ["callback", "start_of", "hidden_scale"].includes(fn.name) ? "static" : "global";
    assert.equal(type.linkage, linkage, fn.name);
  }
});

test("an object without BTF is read when it needs none", (t) => {
  if (!haveTools(t, "clang-19")) return;
  const object = readObject(compileFixture("object-plain", []));
  assert.equal(object.btf, undefined);
  assert.equal(object.btfBytes, undefined);
  assert.equal(object.license, "Dual MIT/GPL");
  assert.deepEqual(
    object.programs.map(({ name, insns, funcTypeId }) => [name, insns.length, funcTypeId]),
    [["program", 2, undefined]],
  );
});

const refused: readonly (readonly [string, string, readonly string[], RegExp])[] = [
  [
    "maps in the old form",
    "object-legacy-maps",
    ["-g"],
    /^x\.o: section "maps" holds maps in the old form \(define them in section "\.maps"/,
  ],
  ["maps without BTF", "object-basic", [], /section \.maps needs BTF to be understood \(compile with -g\)/],
  ["a kernel function", "object-extern", ["-g"], /needs "kernel_function", which the object does not define/],
  ["initial map values", "object-prog-array", ["-g"], /a map has initial values, which is not supported/],
  ["big-endian code", "object-plain", ["-g", "--target=bpfeb"], /big-endian objects are not supported/],
  ["another machine", "object-plain", ["--target=x86_64-linux-gnu"], /the ELF machine is 62, not BPF/],
];
for (const [what, fixture, flags, message] of refused) {
  test(`refuses ${what}`, (t) => {
    if (!haveTools(t, "clang-19")) return;
    const bytes = compileFixture(fixture, flags);
    assert.throws(
      () => readObject(bytes, "x.o"),
      (error) => error instanceof FormatError && message.test(error.message),
    );
  });
}
