import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";

import { builderFrom, BtfBuilder } from "../btf/encode.js";
import { readObject } from "./read.js";
import { exitInsn, loadImm64, movImm, sampleObject, secondSlot } from "./sample.js";
import type { FunctionSpec, ObjectSpec } from "./spec.js";
import { compileFixture, haveKernel, haveTools, loadAll, run, withFile } from "./tools.test.helper.js";
import { writeObject } from "./write.js";

type Writable = Omit<ObjectSpec, "btf" | "btfBytes">;

function withoutTypes({ btf: _btf, btfBytes: _bytes, ...rest }: ObjectSpec): Writable {
  return rest;
}

function rewrite(object: ObjectSpec): Uint8Array {
  assert.ok(object.btf);
  return writeObject(withoutTypes(object), builderFrom(object.btf));
}

test("what is written is read", () => {
  const { spec, btf } = sampleObject();
  const object = readObject(writeObject(spec, btf));
  assert.deepEqual(withoutTypes(object), spec);
  assert.deepEqual(object.btfBytes, btf.finish());
});

test("the same spec gives the same bytes, also after reading", () => {
  const write = (): Uint8Array => {
    const { spec, btf } = sampleObject();
    return writeObject(spec, btf);
  };
  const bytes = write();
  assert.deepEqual(write(), bytes);
  assert.deepEqual(rewrite(readObject(bytes)), bytes);
});

for (const fixture of ["object-basic", "core-kernel"]) {
  test(`clang's ${fixture} keeps its meaning when it is written again`, (t) => {
    if (!haveTools(t, "clang-19")) return;
    const object = readObject(compileFixture(fixture));
    const again = readObject(rewrite(object));
    const byName = (spec: Writable): unknown => ({
      ...spec,
      data: spec.data.toSorted((a, b) => (a.section < b.section ? -1 : 1)),
    });
    assert.deepEqual(byName(withoutTypes(again)), byName(withoutTypes(object)));
    assert.deepEqual(rewrite(again), rewrite(object));
  });
}

test("llvm-readelf and bpftool read what we write", (t) => {
  if (!haveTools(t, "llvm-readelf-19", "bpftool")) return;
  const { spec, btf } = sampleObject();
  withFile(writeObject(spec, btf), (path) => {
    const elf = run("llvm-readelf-19", ["-a", path]);
    assert.doesNotMatch(elf, /warning|error/i);
    assert.match(elf, /FUNC\s+LOCAL\s+DEFAULT\s+1 local_function/);
    assert.match(elf, /FUNC\s+GLOBAL\s+DEFAULT\s+2 on_switch/);
    assert.match(elf, /OBJECT\s+GLOBAL\s+DEFAULT\s+5 events/);
    const types = run("bpftool", ["btf", "dump", "file", path]);
    assert.match(types, /DATASEC '\.maps' size=80 vlen=3\n\ttype_id=\d+ offset=0 size=24 \(VAR 'events'\)/);
    assert.match(types, /DECL_TAG 'tsbpf:event=record' type_id=\d+ component_idx=-1/);
  });
});

test("a hand-written program with a perf event array is loaded by bpftool", (t) => {
  if (!haveKernel(t)) return;
  loadAll(loadable(), (pinDir) => {
    assert.deepEqual(readdirSync(pinDir), ["on_exec"]);
    const [shown] = JSON.parse(`[${run("bpftool", ["-j", "prog", "show", "pinned", `${pinDir}/on_exec`])}]`) as [Shown];
    assert.equal(shown.type, "raw_tracepoint");
    assert.equal(shown.gpl_compatible, true);
    assert.ok(shown.btf_id > 0, "the kernel has its types");
    assert.equal(shown.map_ids.length, 3, "perf event array, hash and .rodata");
    const dump = run("bpftool", ["prog", "dump", "xlated", "pinned", `${pinDir}/on_exec`, "linum"]);
    assert.match(dump, /; return helper\(\); \[file:hand\.ts line_num:7 line_col:3\]/);
    assert.match(dump, /call pc\+/);
  });
});

interface Shown {
  readonly type: string;
  readonly gpl_compatible: boolean;
  readonly btf_id: number;
  readonly map_ids: readonly number[];
}

/** A program that the verifier takes: it mentions two maps and a constant, calls a static and a global function. */
function loadable(): Uint8Array {
  const btf = new BtfBuilder();
  const int = btf.add({ kind: "int", name: "int", size: 4, bits: 32, offsetBits: 0, encoding: "signed" });
  const pid = { name: "pid", type: int, offsetBits: 0, bitfieldSizeBits: 0 };
  const record = btf.add({ kind: "struct", name: "record", size: 4, members: [pid] });
  const constant = btf.add({ kind: "var", name: "constant", type: int, linkage: "global" });
  const rodata = btf.add({ kind: "datasec", name: ".rodata", size: 4, vars: [{ type: constant, offset: 0, size: 4 }] });
  const context = { name: "ctx", type: btf.add({ kind: "ptr", type: 0 }) };
  const entry = btf.add({ kind: "func_proto", returns: int, params: [context] });
  const plain = btf.add({ kind: "func_proto", returns: int, params: [] });
  const fn = (
    name: string,
    section: string,
    proto: number,
    linkage: "static" | "global",
    part: Partial<FunctionSpec>,
  ): FunctionSpec => ({
    name,
    section,
    insns: [movImm(0, 0), exitInsn],
    relocations: [],
    coreRelocations: [],
    funcTypeId: btf.add({ kind: "func", name, type: proto, linkage }),
    lines: [{ insnIndex: 0, file: "hand.ts", text: "return 0;", line: 3, column: 1 }],
    ...part,
  });
  const call = { opcode: 0x85, dst: 0, src: 1, offset: 0, imm: -1 };
  const program = fn("on_exec", "raw_tracepoint/sched_process_exec", entry, "global", {
    insns: [
      loadImm64(1),
      secondSlot,
      loadImm64(2),
      secondSlot,
      loadImm64(3),
      secondSlot,
      call,
      call,
      movImm(0, 0),
      exitInsn,
    ],
    relocations: [
      { kind: "map", insnIndex: 0, map: "events" },
      { kind: "data", insnIndex: 2, section: ".rodata", offset: 0 },
      { kind: "map", insnIndex: 4, map: "counts" },
      { kind: "call", insnIndex: 6, target: "local_helper" },
      { kind: "call", insnIndex: 7, target: "global_helper" },
    ],
    lines: [{ insnIndex: 0, file: "hand.ts", text: "return helper();", line: 7, column: 3 }],
  });
  const untyped = { flags: 0, keyTypeId: undefined, valueTypeId: undefined, eventTypeId: undefined };
  return writeObject(
    {
      license: "GPL",
      programs: [program],
      subprograms: [
        fn("global_helper", ".text", plain, "global", {}),
        fn("local_helper", ".text", plain, "static", {}),
      ],
      maps: [
        { ...untyped, name: "events", type: 4, keySize: 4, valueSize: 4, maxEntries: 0, eventTypeId: record },
        {
          ...untyped,
          name: "counts",
          type: 1,
          keySize: 4,
          valueSize: 4,
          maxEntries: 8,
          keyTypeId: int,
          valueTypeId: record,
        },
        { ...untyped, name: "ring", type: 27, keySize: 0, valueSize: 0, maxEntries: 4096, eventTypeId: record },
      ],
      data: [{ section: ".rodata", bytes: Uint8Array.of(1, 0, 0, 0), readOnly: true, typeId: rodata }],
    },
    btf,
  );
}

const mistakes: readonly (readonly [string, (spec: Writable) => Writable, RegExp])[] = [
  ["a call of nothing", (spec) => ({ ...spec, subprograms: [] }), /the object has no function/],
  ["a map that is not there", (spec) => ({ ...spec, maps: spec.maps.slice(1) }), /no symbol for the relocation/],
  [
    "two functions of one name",
    (spec) => ({ ...spec, programs: [...spec.programs, ...spec.programs] }),
    /two functions have the name/,
  ],
  [
    "data of another size",
    (spec) => ({ ...spec, data: spec.data.map((data) => ({ ...data, bytes: new Uint8Array(3) })) }),
    /has 8 bytes, the section 3/,
  ],
  [
    "an event that is no struct",
    (spec) => ({ ...spec, maps: spec.maps.map((map) => ({ ...map, eventTypeId: 1 })) }),
    /event type of map events/,
  ],
];
for (const [what, change, message] of mistakes) {
  test(`writing ${what} is our own mistake`, () => {
    const { spec, btf } = sampleObject();
    assert.throws(() => writeObject(change(spec), btf), message);
  });
}
