import assert from "node:assert/strict";
import { test } from "node:test";

import { FormatError } from "../util/bytes.js";
import { decodeBtf } from "./decode.js";
import { BtfBuilder, builderFrom } from "./encode.js";
import { essentialName } from "./name.js";
import type { BtfType } from "./types.js";

/** One of each kind, with the corners of each field. */
const everyKind: readonly BtfType[] = [
  { kind: "int", name: "int", size: 4, bits: 32, offsetBits: 0, encoding: "signed" },
  { kind: "int", name: "u64", size: 8, bits: 64, offsetBits: 0, encoding: "unsigned" },
  { kind: "int", name: "_Bool", size: 1, bits: 8, offsetBits: 0, encoding: "bool" },
  { kind: "int", name: "char", size: 1, bits: 5, offsetBits: 3, encoding: "char" },
  { kind: "ptr", type: 0 },
  { kind: "array", element: 1, index: 2, length: 0xffffffff },
  {
    kind: "struct",
    name: "plain",
    size: 12,
    members: [
      { name: "a", type: 1, offsetBits: 0, bitfieldSizeBits: 0 },
      { name: "", type: 6, offsetBits: 32, bitfieldSizeBits: 0 },
    ],
  },
  {
    kind: "struct",
    name: "bits",
    size: 4,
    members: [
      { name: "a", type: 1, offsetBits: 0, bitfieldSizeBits: 3 },
      { name: "b", type: 1, offsetBits: 3, bitfieldSizeBits: 29 },
    ],
  },
  { kind: "struct", name: "empty", size: 0, members: [] },
  { kind: "union", name: "", size: 8, members: [{ name: "a", type: 2, offsetBits: 0, bitfieldSizeBits: 0 }] },
  {
    kind: "enum",
    name: "e",
    size: 4,
    signed: false,
    values: [
      { name: "A", value: 0n },
      { name: "B", value: 0xffffffffn },
    ],
  },
  {
    kind: "enum",
    name: "es",
    size: 1,
    signed: true,
    values: [
      { name: "C", value: -1n },
      { name: "D", value: 0x7fffffffn },
    ],
  },
  { kind: "enum64", name: "e64", size: 8, signed: false, values: [{ name: "E", value: (1n << 64n) - 1n }] },
  { kind: "enum64", name: "es64", size: 8, signed: true, values: [{ name: "F", value: -(1n << 63n) }] },
  { kind: "fwd", name: "somewhere", union: false },
  { kind: "fwd", name: "somewhere", union: true },
  { kind: "typedef", name: "t", type: 1 },
  { kind: "volatile", type: 1 },
  { kind: "const", type: 18 },
  { kind: "restrict", type: 5 },
  {
    kind: "func_proto",
    returns: 1,
    params: [
      { name: "x", type: 1 },
      { name: "", type: 0 },
    ],
  },
  { kind: "func", name: "f", type: 21, linkage: "static" },
  { kind: "func", name: "f", type: 21, linkage: "global" },
  { kind: "func", name: "f", type: 21, linkage: "extern" },
  { kind: "var", name: "v", type: 1, linkage: "static" },
  { kind: "var", name: "naïve", type: 1, linkage: "global" },
  {
    kind: "datasec",
    name: ".data",
    size: 8,
    vars: [
      { type: 25, offset: 0, size: 4 },
      { type: 26, offset: 4, size: 4 },
    ],
  },
  { kind: "float", name: "double", size: 8 },
  { kind: "decl_tag", name: "on the struct", type: 7, component: -1 },
  { kind: "decl_tag", name: "on a member", type: 7, component: 1 },
  { kind: "type_tag", name: "user", type: 1 },
];

function build(types: readonly BtfType[]): BtfBuilder {
  const builder = new BtfBuilder();
  for (const type of types) builder.add(type);
  return builder;
}

test("every kind survives encoding and decoding", () => {
  const btf = decodeBtf(build(everyKind).finish());
  assert.equal(btf.typeCount, everyKind.length + 1);
  assert.deepEqual(btf.type(0), { kind: "void" });
  for (const [index, type] of everyKind.entries()) {
    assert.deepEqual(btf.type(index + 1), type);
    assert.equal(btf.kindOf(index + 1), type.kind);
  }
});

test("decoded types encode to the same bytes", () => {
  const bytes = build(everyKind).finish();
  assert.deepEqual(builderFrom(decodeBtf(bytes)).finish(), bytes);
  assert.deepEqual(build(everyKind).finish(), bytes);
});

test("identical types share an id, whatever the order of the keys", () => {
  const builder = new BtfBuilder();
  const id = builder.add({ kind: "int", name: "int", size: 4, bits: 32, offsetBits: 0, encoding: "signed" });
  assert.equal(builder.add({ encoding: "signed", bits: 32, kind: "int", size: 4, offsetBits: 0, name: "int" }), id);
  assert.notEqual(builder.add({ kind: "int", name: "int", size: 8, bits: 64, offsetBits: 0, encoding: "signed" }), id);
  assert.equal(builder.add({ kind: "void" }), 0);
  assert.equal(builder.typeCount, 3);
});

test("a recursive struct is reserved, then defined", () => {
  const builder = new BtfBuilder();
  const id = builder.reserve();
  assert.equal(builder.type(id), undefined);
  assert.throws(() => builder.finish(), /reserved but never defined/);
  const pointer = builder.add({ kind: "ptr", type: id });
  const type: BtfType = {
    kind: "struct",
    name: "list",
    size: 8,
    members: [{ name: "next", type: pointer, offsetBits: 0, bitfieldSizeBits: 0 }],
  };
  builder.define(id, type);
  assert.throws(() => builder.define(id, type), /defined twice/);
  assert.equal(builder.add(type), id);
  assert.deepEqual(decodeBtf(builder.finish()).type(id), type);
});

test("strings are stored once", () => {
  const builder = new BtfBuilder();
  const offset = builder.stringOffset("int");
  assert.equal(builder.stringOffset(""), 0);
  assert.equal(builder.stringOffset("int"), offset);
  builder.add({ kind: "float", name: "int", size: 4 });
  assert.equal(decodeBtf(builder.finish()).string(offset), "int");
});

test("a reference to a type that does not exist is our own mistake", () => {
  const builder = new BtfBuilder();
  builder.add({ kind: "ptr", type: 9 });
  assert.throws(() => builder.finish(), /type 1 refers to type 9/);
});

test("types are found by their essential name", () => {
  const names = ["task", "task___v1", "task____v2", "ta", "task___", "a___b___c", "a___b", "___x", "task___v1"];
  const builder = new BtfBuilder();
  for (const name of names) builder.define(builder.reserve(), { kind: "fwd", name, union: false });
  const btf = decodeBtf(builder.finish());
  for (const name of [...names, "nothing", "", "a", "tas"]) {
    const wanted = essentialName(name);
    const expected = names.flatMap((other, index) =>
      wanted !== "" && essentialName(other) === wanted ? [index + 1] : [],
    );
    assert.deepEqual(btf.idsByEssentialName(name), expected, `query "${name}"`);
  }
  assert.deepEqual(btf.idsByEssentialName("task"), [1, 2, 9]);
});

const essentialNames: readonly (readonly [string, string])[] = [
  ["task_struct", "task_struct"],
  ["task_struct___v2", "task_struct"],
  ["a___b___c", "a___b"],
  ["task____v2", "task____v2"],
  ["___x", "___x"],
  ["task___", "task___"],
  ["", ""],
];
for (const [name, essential] of essentialNames) {
  test(`the essential name of "${name}" is "${essential}"`, () => assert.equal(essentialName(name), essential));
}

test("an id outside the table is refused", () => {
  const btf = decodeBtf(build(everyKind).finish());
  for (const id of [-1, everyKind.length + 1, 1.5, 2 ** 32]) assert.throws(() => btf.type(id), FormatError);
});
