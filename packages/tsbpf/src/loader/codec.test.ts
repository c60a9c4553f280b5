import assert from "node:assert/strict";
import { test } from "node:test";
import { BtfBuilder } from "../btf/encode.js";
import { decodeBtf } from "../btf/decode.js";
import type { BtfMember, BtfType } from "../btf/types.js";
import { ByteReader } from "../util/bytes.js";
import { codecOf, encodeValue } from "./codec.js";

const builder = new BtfBuilder();
const int = (name: string, size: number, encoding: "unsigned" | "signed" | "char" | "bool"): number =>
  builder.add({ kind: "int", name, size, bits: 8 * size, offsetBits: 0, encoding });
const ids = {
  u8: builder.add({ kind: "typedef", name: "__u8", type: int("unsigned char", 1, "unsigned") }),
  i8: int("signed char", 1, "signed"),
  u16: int("__u16", 2, "unsigned"),
  i16: int("__s16", 2, "signed"),
  u32: int("unsigned int", 4, "unsigned"),
  i32: int("int", 4, "signed"),
  u64: int("__u64", 8, "unsigned"),
  i64: int("__s64", 8, "signed"),
  bool: int("_Bool", 1, "bool"),
  char: int("char", 1, "signed"),
  charEncoded: int("char", 1, "char"),
  wide: int("__int128", 16, "unsigned"),
};
const array = (element: number, length: number): number =>
  builder.add({ kind: "array", element, index: ids.u32, length });
const member = (name: string, type: number, offsetBits: number, bitfieldSizeBits = 0): BtfMember => ({
  name,
  type,
  offsetBits,
  bitfieldSizeBits,
});
const struct = (
  name: string,
  size: number,
  members: readonly BtfMember[],
  kind: "struct" | "union" = "struct",
): number => builder.add({ kind, name, size, members } as BtfType);

const inner = struct("inner", 16, [member("wide", ids.i64, 0), member("flag", ids.bool, 64)]);
const types = {
  ...ids,
  text: array(ids.char, 6),
  text2: array(ids.charEncoded, 4),
  bytes: array(ids.u8, 3),
  numbers: array(ids.u32, 2),
  bools: array(ids.bool, 2),
  small: array(ids.i8, 2),
  inners: array(inner, 2),
  matrix: array(array(ids.u16, 2), 2),
  pointer: builder.add({ kind: "ptr", type: 0 }),
  constVolatile: builder.add({ kind: "const", type: builder.add({ kind: "volatile", type: ids.i16 }) }),
  enum: builder.add({ kind: "enum", name: "e", size: 4, signed: true, values: [{ name: "A", value: -1n }] }),
  enum64: builder.add({ kind: "enum64", name: "f", size: 8, signed: false, values: [{ name: "B", value: 1n << 40n }] }),
  inner,
  padded: struct("padded", 12, [member("a", ids.u8, 0), member("b", ids.u32, 32), member("c", ids.u16, 64)]),
  union: struct("either", 4, [member("n", ids.u32, 0), member("h", ids.u16, 0)], "union"),
  bits: struct("bits", 4, [member("low", ids.u32, 0, 3), member("mid", ids.i32, 3, 7), member("top", ids.u32, 31, 1)]),
};
const anonymous = struct("", 4, [member("x", ids.u16, 0), member("y", ids.u16, 16)]);
const outer = struct("outer", 8, [member("", anonymous, 0), member("z", ids.u32, 32)]);
const loop = builder.reserve();
builder.define(loop, { kind: "typedef", name: "loop", type: loop });
const btf = decodeBtf(builder.finish(), "test");

test("values come back as they were written", () => {
  const cases: readonly (readonly [number, unknown, string?])[] = [
    [types.u8, 255, "ff"],
    [types.i8, -1, "ff"],
    [types.u16, 0xfffe, "feff"],
    [types.i16, -2, "feff"],
    [types.u32, 4294967295, "ffffffff"],
    [types.i32, -2147483648, "00000080"],
    [types.u64, 18446744073709551615n, "ffffffffffffffff"],
    [types.i64, -1n, "ffffffffffffffff"],
    [types.bool, true, "01"],
    [types.bool, false, "00"],
    [types.pointer, 0xffff888000000000n],
    [types.enum, -1],
    [types.enum64, 1n << 40n],
    [types.constVolatile, -300],
    [types.text, "abc", "616263000000"],
    [types.text, "abcdef"],
    [types.text, ""],
    [types.text, "é1"],
    [types.text2, "hey"],
    [types.bytes, new Uint8Array([1, 0, 2]), "010002"],
    [types.numbers, [1, 2]],
    [types.bools, [true, false]],
    [types.small, [-1, 1]],
    [
      types.matrix,
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [types.inner, { wide: -5n, flag: true }],
    [
      types.inners,
      [
        { wide: 1n, flag: false },
        { wide: 2n, flag: true },
      ],
    ],
    [types.padded, { a: 1, b: 2, c: 3 }, "010000000200000003000000"],
    [outer, { x: 1, y: 2, z: 3 }, "0100020003000000"],
    [types.wide, new Uint8Array(16).fill(7)],
  ];
  for (const [id, value, hex] of cases) {
    const codec = codecOf(btf, id);
    const bytes = encodeValue(codec, value, "value");
    if (hex !== undefined) assert.equal(Buffer.from(bytes).toString("hex"), hex);
    // At an odd offset among other bytes: records in a ring are not aligned.
    const around = new Uint8Array(bytes.length + 12).fill(0xee);
    around.set(bytes, 5);
    assert.deepEqual(codec.decode(new ByteReader(around, "around"), 5), value);
  }
});

test("what is decoded in another way than it is written", () => {
  const decode = (id: number, ...bytes: number[]): unknown =>
    codecOf(btf, id).decode(new ByteReader(new Uint8Array(bytes), "test"), 0);
  assert.equal(decode(types.bool, 2), true);
  assert.equal(decode(types.text, 0x61, 0, 0x62, 0, 0, 0), "a");
  assert.equal(decode(types.text, 0x61, 0xff, 0, 0x62, 0, 0), "a\ufffd");
  assert.equal(decode(types.text, 0xef, 0xbb, 0xbf, 0x61, 0, 0), "\ufeffa", "a byte order mark is text like any other");
  assert.deepEqual(decode(types.union, 0x78, 0x56, 0x34, 0x12), { n: 0x12345678, h: 0x5678 });
  assert.deepEqual(decode(types.bits, 0xfd, 0x03, 0x00, 0x80), { low: 5, mid: -1, top: 1 });
});

test("decoded bytes do not share the ring's memory", () => {
  const memory = new Uint8Array([1, 2, 3]);
  const value = codecOf(btf, types.bytes).decode(new ByteReader(memory, "ring"), 0);
  memory.fill(9);
  assert.deepEqual(value, new Uint8Array([1, 2, 3]));
});

test("fields left out are zero, and a union is written through one member", () => {
  const hex = (id: number, value: unknown): string =>
    Buffer.from(encodeValue(codecOf(btf, id), value, "v")).toString("hex");
  assert.equal(hex(types.padded, { b: 1 }), "000000000100000000000000");
  assert.equal(hex(types.padded, {}), "00".repeat(12));
  assert.equal(hex(types.union, { h: 0x1234 }), "34120000");
});

test("values that do not fit are errors that name the place", () => {
  const wrong: readonly (readonly [number, unknown, RegExp])[] = [
    [types.u8, 256, /write value: expected an integer from 0 to 255, got 256/],
    [types.u8, -1, /got -1/],
    [types.u32, 1.5, /got 1.5/],
    [types.u32, 1n, /got 1n/],
    [types.u64, 1, /expected a bigint/],
    [types.i64, 1n << 63n, /expected a bigint/],
    [types.bool, 1, /expected a boolean/],
    [types.text, "abcdefg", /at most 6 bytes/],
    [types.text, "ééé1", /at most 6 bytes/],
    [types.text, "a\0b", /without NUL/],
    [types.bytes, [1, 2], /expected a Uint8Array of at most 3 bytes/],
    [types.numbers, [1], /an array of 2/],
    [types.inner, { wide: 1n, falg: true }, /there is no field "falg"/],
    [types.inner, null, /an object/],
    [types.inners, [{ wide: 1n }, { wide: 2 }], /value\[1\]\.wide: expected a bigint/],
    [types.union, { n: 1, h: 1 }, /one member/],
    [types.bits, { low: 1 }, /bit-fields cannot be written/],
  ];
  for (const [id, value, text] of wrong) {
    assert.throws(() => encodeValue(codecOf(btf, id), value, "value"), { code: "ERR_VALUE", message: text });
  }
});

test("types that are no values, or refer to themselves, are errors", () => {
  assert.throws(() => codecOf(btf, loop), { code: "ERR_OBJECT" });
  assert.throws(() => codecOf(btf, 0), { code: "ERR_OBJECT" });
});
