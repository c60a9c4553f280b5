import assert from "node:assert/strict";
import { test } from "node:test";
import { BtfBuilder } from "../btf/encode.js";
import { decodeBtf } from "../btf/decode.js";
import type { BtfType } from "../btf/types.js";
import { FormatError } from "../util/bytes.js";
import { sanitizeBtf } from "./btf-sanitize.js";
import type { BtfFeature } from "./features.js";

/** One type of each kind that some kernel does not know. */
const types: readonly BtfType[] = [
  { kind: "int", name: "int", size: 4, bits: 32, offsetBits: 0, encoding: "signed" }, // 1
  { kind: "float", name: "double", size: 8 }, // 2
  { kind: "type_tag", name: "user", type: 1 }, // 3
  { kind: "ptr", type: 3 }, // 4
  { kind: "enum64", name: "big", size: 8, signed: false, values: [{ name: "A", value: 1n << 40n }] }, // 5
  { kind: "enum", name: "small", size: 4, signed: true, values: [{ name: "B", value: -1n }] }, // 6
  { kind: "func_proto", returns: 1, params: [{ name: "ctx", type: 4 }] }, // 7
  { kind: "func", name: "main", type: 7, linkage: "global" }, // 8
  { kind: "var", name: "events", type: 1, linkage: "global" }, // 9
  { kind: "decl_tag", name: "tsbpf:event=x", type: 9, component: -1 }, // 10
  { kind: "datasec", name: ".maps", size: 0, vars: [{ type: 9, offset: 0, size: 4 }] }, // 11
  { kind: "datasec", name: ".bss", size: 4, vars: [{ type: 9, offset: 0, size: 4 }] }, // 12
  { kind: "func", name: "kfunc", type: 7, linkage: "extern" }, // 13
  {
    kind: "struct",
    name: "s",
    size: 16,
    members: [
      { name: "d", type: 2, offsetBits: 0, bitfieldSizeBits: 0 },
      { name: "e", type: 5, offsetBits: 64, bitfieldSizeBits: 0 },
    ],
  }, // 14
];

function sourceBytes(): Uint8Array {
  const builder = new BtfBuilder();
  types.forEach((type, index) => assert.equal(builder.add(type), index + 1));
  return builder.finish();
}

/** What each id is afterwards: its kind, and for functions the linkage. */
function kindsWith(lacking: readonly BtfFeature[]): string[] {
  const sane = sanitizeBtf(sourceBytes(), [], (feature) => !lacking.includes(feature));
  const btf = decodeBtf(sane.bytes, "sane");
  assert.equal(btf.typeCount, types.length + 1, "no id moves");
  return types.map((_, index) => {
    const type = btf.type(index + 1);
    return type.kind === "func" ? `func ${type.linkage}` : type.kind;
  });
}

test("what a kernel lacks is replaced, and nothing else", () => {
  const all = [
    "int",
    "float",
    "type_tag",
    "ptr",
    "enum64",
    "enum",
    "func_proto",
    "func global",
    "var",
    "decl_tag",
    "ptr",
    "datasec",
    "func global",
    "struct",
  ];
  const changes: readonly (readonly [readonly BtfFeature[], Readonly<Record<number, string>>])[] = [
    [[], {}],
    [["float"], { 1: "struct" }],
    [["type_tag"], { 2: "const" }],
    [["enum64"], { 4: "struct" }],
    [["func_global"], { 7: "func static", 12: "func static" }],
    [["decl_tag"], { 9: "ptr" }],
    [["datasec"], { 8: "ptr", 9: "ptr", 11: "ptr" }],
    // Linux 5.10.
    [["float", "type_tag", "enum64", "decl_tag"], { 1: "struct", 2: "const", 4: "struct", 9: "ptr" }],
  ];
  for (const [lacking, changed] of changes) {
    const expected = all.map((kind, index) => changed[index] ?? kind);
    assert.deepEqual(kindsWith(lacking), expected, `without ${lacking.join(", ")}`);
  }
});

test("sizes stay, and stand-ins are told", () => {
  const sane = sanitizeBtf(sourceBytes(), [], () => false);
  const btf = decodeBtf(sane.bytes, "sane");
  for (const [id, size] of [
    [2, 8],
    [5, 8],
  ] as const) {
    const type = btf.type(id);
    assert.ok(type.kind === "struct" && type.size === size);
  }
  assert.deepEqual(
    [...sane.replaced].sort((a, b) => a - b),
    [2, 3, 5, 9, 10, 11, 12],
  );
});

test("features that the BTF does not use are not asked about", () => {
  const builder = new BtfBuilder();
  builder.add({ kind: "int", name: "int", size: 4, bits: 32, offsetBits: 0, encoding: "signed" });
  sanitizeBtf(builder.finish(), [], (feature) => assert.fail(`asked about ${feature}`));
});

test("texts are found among the strings or added to them", () => {
  const sane = sanitizeBtf(sourceBytes(), ["main", "return 1;", "", "return 1;", "é"], () => true);
  const btf = decodeBtf(sane.bytes, "sane");
  for (const text of ["main", "return 1;", "", "é"]) {
    const offset = sane.textOffsets.get(text);
    assert.ok(offset !== undefined);
    assert.equal(btf.string(offset), text);
  }
});

test("malformed BTF is a FormatError, whatever it is", () => {
  const good = sourceBytes();
  for (let length = 0; length < good.length; length++) {
    assert.throws(() => sanitizeBtf(good.slice(0, length), [], () => true), FormatError, `cut at ${length}`);
  }
  let seed = 12345;
  for (let round = 0; round < 2000; round++) {
    const bad = good.slice();
    for (let n = 0; n < 3; n++) {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      bad[seed % bad.length] = (seed >> 8) & 0xff;
    }
    try {
      sanitizeBtf(bad, ["x"], () => false);
    } catch (error) {
      assert.ok(error instanceof FormatError, String(error));
    }
  }
});
