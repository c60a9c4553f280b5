import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { haveKernel, haveTools, KERNEL_BTF, run, withFile } from "../object/tools.test.helper.js";
import { ByteWriter, FormatError } from "../util/bytes.js";
import { decodeBtf } from "./decode.js";
import { BtfBuilder } from "./encode.js";
import { typeName } from "./name.js";
import { sizeOfType, skipModifiers } from "./walk.js";

interface RawBtf {
  readonly magic?: number;
  readonly version?: number;
  readonly headerBytes?: number;
  readonly typesLength?: number;
  readonly stringsLength?: number;
  readonly words?: readonly number[];
  readonly strings?: readonly number[];
}

/** BTF of words as they are, to be wrong in one place. */
function raw({
  magic = 0xeb9f,
  version = 1,
  headerBytes = 24,
  words = [],
  strings = [0],
  ...lengths
}: RawBtf): Uint8Array {
  const out = new ByteWriter().u16(magic).u8(version).u8(0).u32(headerBytes);
  out.u32(0).u32(lengths.typesLength ?? words.length * 4);
  out.u32(words.length * 4).u32(lengths.stringsLength ?? strings.length);
  if (headerBytes > 24 && headerBytes < 100) out.zeros(headerBytes - 24);
  for (const word of words) out.u32(word);
  return out.raw(Uint8Array.from(strings)).finish();
}

const intWords = [0, 0x01000000, 4, 32];

test("headers may be longer than 24 bytes", () => {
  for (const headerBytes of [24, 32, 40]) {
    const btf = decodeBtf(raw({ headerBytes, words: intWords }));
    assert.deepEqual(btf.type(1), { kind: "int", name: "", size: 4, bits: 32, offsetBits: 0, encoding: "unsigned" });
    assert.equal(btf.offsetOf(1), headerBytes);
  }
});

const refused: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ["nothing", new Uint8Array(0), /^X: 0 bytes are too few for a header$/],
  ["half a header", raw({}).subarray(0, 20), /too few for a header/],
  ["another format", raw({ magic: 0x1234 }), /not BTF \(magic 0x1234/],
  ["big-endian", raw({ magic: 0x9feb }), /big-endian BTF is not supported/],
  ["another version", raw({ version: 2 }), /BTF version 2 is not supported/],
  ["a short header", raw({ headerBytes: 20 }), /header length 20 is out of range/],
  ["a long header", raw({ headerBytes: 4096 }), /header length 4096 is out of range/],
  ["types past the end", raw({ typesLength: 64 }), /type section ends after the data/],
  ["strings past the end", raw({ stringsLength: 64 }), /string section ends after the data/],
  ["no strings", raw({ stringsLength: 0 }), /must begin and end with a NUL/],
  ["strings without an end", raw({ strings: [0, 65] }), /must begin and end with a NUL/],
  ["half a type", raw({ words: intWords.slice(0, 2) }), /type 1 is cut off/],
  ["a type without its body", raw({ words: intWords.slice(0, 3) }), /type 1 \(int, vlen 0\) leaves the type section/],
  ["an unknown kind", raw({ words: [...intWords, 0, 0x16000000, 0] }), /type 2 has unknown kind 22/],
  ["kind void", raw({ words: [0, 0, 0] }), /type 1 has unknown kind 0/],
  ["too many members", raw({ words: [0, 0x0400ffff, 0] }), /type 1 \(struct, vlen 65535\) leaves the type section/],
  ["a very large vlen", raw({ words: [0, 0x13ffffff, 0] }), /type 1 \(enum64, vlen 16777215\) leaves/],
];
for (const [name, bytes, message] of refused) {
  test(`refuses ${name}`, () => {
    assert.throws(
      () => decodeBtf(bytes, "X"),
      (error) => error instanceof FormatError && message.test(error.message),
    );
  });
}

const refusedTypes: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ["a name outside the strings", raw({ words: [9, 0x01000000, 4, 32] }), /string offset 9 is outside/],
  ["an unknown linkage", raw({ words: [0, 0x0c000007, 0] }), /unknown linkage 7/],
  [
    "a name without bound",
    raw({ words: [1, 0x01000000, 4, 32], strings: [0, ...Array<number>(5000).fill(65), 0] }),
    /a name of 5000 bytes/,
  ],
];
for (const [name, bytes, message] of refusedTypes) {
  test(`refuses a type with ${name} when it is asked for`, () => {
    const btf = decodeBtf(bytes);
    assert.throws(
      () => btf.type(1),
      (error) => error instanceof FormatError && message.test(error.message),
    );
    assert.deepEqual(btf.idsByEssentialName("x"), []);
  });
}

test("chains of types that never end are refused", () => {
  const builder = new BtfBuilder();
  const self = builder.reserve();
  builder.define(self, { kind: "typedef", name: "t", type: self });
  const array = builder.reserve();
  builder.define(array, { kind: "array", element: array, index: self, length: 2 });
  const btf = decodeBtf(builder.finish());
  assert.throws(() => skipModifiers(btf, self), /does not end/);
  assert.throws(() => sizeOfType(btf, array), FormatError);
});

test("our BTF reads the same in bpftool", (t) => {
  if (!haveTools(t, "bpftool")) return;
  const builder = new BtfBuilder();
  const int = builder.add({ kind: "int", name: "int", size: 4, bits: 32, offsetBits: 0, encoding: "signed" });
  const bits = { name: "b", type: int, offsetBits: 3, bitfieldSizeBits: 4 };
  builder.add({
    kind: "struct",
    name: "s",
    size: 8,
    members: [{ name: "a", type: int, offsetBits: 32, bitfieldSizeBits: 0 }, bits],
  });
  builder.add({ kind: "enum64", name: "e", size: 8, signed: true, values: [{ name: "A", value: -5n }] });
  const proto = builder.add({ kind: "func_proto", returns: int, params: [{ name: "x", type: int }] });
  builder.add({ kind: "func", name: "f", type: proto, linkage: "global" });
  const output = withFile(builder.finish(), (path) => run("bpftool", ["btf", "dump", "file", path]));
  assert.equal(
    output,
    [
      "[1] INT 'int' size=4 bits_offset=0 nr_bits=32 encoding=SIGNED",
      "[2] STRUCT 's' size=8 vlen=2",
      "\t'a' type_id=1 bits_offset=32",
      "\t'b' type_id=1 bits_offset=3 bitfield_size=4",
      "[3] ENUM64 'e' encoding=SIGNED size=8 vlen=1",
      "\t'A' val=-5LL",
      "[4] FUNC_PROTO '(anon)' ret_type_id=1 vlen=1",
      "\t'x' type_id=1",
      "[5] FUNC 'f' type_id=4 linkage=global",
      "",
    ].join("\n"),
  );
});

test("a name with more flavours than a search follows is found all the same", () => {
  for (const flavours of [7, 8, 9, 40]) {
    const builder = new BtfBuilder();
    const expected = Array.from({ length: flavours }, (_, index) =>
      builder.add({ kind: "fwd", name: `task___f${index}`, union: false }),
    );
    assert.deepEqual(decodeBtf(builder.finish()).idsByEssentialName("task"), expected);
  }
});

test("the running kernel's types read as in bpftool", (t) => {
  if (!haveKernel(t) || !existsSync(KERNEL_BTF)) return;
  const btfBytes = readFileSync(KERNEL_BTF);
  const btf = decodeBtf(btfBytes);
  const lines = run("bpftool", ["btf", "dump", "file", KERNEL_BTF])
    .split("\n")
    .filter((line) => line.startsWith("["));
  assert.equal(btf.typeCount, lines.length + 1);
  for (const [index, line] of lines.entries()) {
    const [, kind = "", name = ""] = /^\[\d+\] (\w+) '(.*?)'/.exec(line) ?? [];
    const type = btf.type(index + 1);
    assert.equal(type.kind, kind.toLowerCase(), line);
    assert.equal(typeName(type) || "(anon)", name, line);
    const vlen = /vlen=(\d+)/.exec(line)?.[1];
    const size = / size=(\d+)/.exec(line)?.[1];
    if (vlen !== undefined) assert.equal(entriesOf(type), Number(vlen), line);
    if (size !== undefined && "size" in type) assert.equal(type.size, Number(size), line);
  }
  const [task = 0] = btf.idsByEssentialName("task_struct");
  assert.equal(typeName(btf.type(task)), "task_struct");
  // The first look-ups search, later ones use an index: both find the same types.
  const names = ["task_struct", "list_head", "u32", "mm_struct", "file", "path", "inode", "pid", "no_such_type", "net"];
  const searched = names.map((name) => [...decodeBtf(btfBytes).idsByEssentialName(name)]);
  for (let round = 0; round < 3; round++) for (const name of names) btf.idsByEssentialName(name);
  assert.deepEqual(
    names.map((name) => [...btf.idsByEssentialName(name)]),
    searched,
  );
  assert.ok(searched.flat().length > names.length - 2);
});

function entriesOf(type: ReturnType<ReturnType<typeof decodeBtf>["type"]>): number {
  if ("members" in type) return type.members.length;
  if ("values" in type) return type.values.length;
  if ("params" in type) return type.params.length;
  return "vars" in type ? type.vars.length : -1;
}
