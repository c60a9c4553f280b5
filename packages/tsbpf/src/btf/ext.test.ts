import assert from "node:assert/strict";
import { test } from "node:test";

import { ByteWriter, FormatError } from "../util/bytes.js";
import { decodeBtf } from "./decode.js";
import { BtfBuilder } from "./encode.js";
import { decodeBtfExt, encodeBtfExt } from "./ext.js";
import type { ExtSection } from "./ext.js";
import { coreRelocKinds } from "./types.js";

const sections: readonly ExtSection[] = [
  {
    section: "raw_tracepoint/x",
    funcs: [
      { offsetBytes: 0, typeId: 3 },
      { offsetBytes: 64, typeId: 4 },
    ],
    lines: [{ offsetBytes: 8, file: "a.ts", text: "let x;", line: 4194303, column: 1023 }],
    core: coreRelocKinds.map((kind, index) => ({ offsetBytes: index * 8, typeId: index, access: `0:${index}`, kind })),
  },
  { section: ".text", funcs: [{ offsetBytes: 0, typeId: 9 }], lines: [], core: [] },
];

test("records survive encoding and decoding", () => {
  const builder = new BtfBuilder();
  const bytes = encodeBtfExt(sections, (text) => builder.stringOffset(text));
  const btf = decodeBtf(builder.finish());
  assert.deepEqual(
    decodeBtfExt(bytes, (offset) => btf.string(offset)),
    sections,
  );
});

test("no records make an empty section", () => {
  assert.deepEqual(
    decodeBtfExt(
      encodeBtfExt([], () => 0),
      () => "",
    ),
    [],
  );
});

test("places that do not fit are clamped", () => {
  const far: ExtSection = {
    section: "",
    funcs: [],
    core: [],
    lines: [{ offsetBytes: 0, file: "", text: "", line: 2 ** 23, column: 5000 }],
  };
  const [section] = decodeBtfExt(
    encodeBtfExt([far], () => 0),
    () => "",
  );
  assert.deepEqual(section?.lines, [{ offsetBytes: 0, file: "", text: "", line: 2 ** 22 - 1, column: 1023 }]);
});

interface Raw {
  readonly headerBytes?: number;
  readonly recordBytes?: number;
  readonly count?: number;
  readonly record?: readonly number[];
  readonly table?: number;
  readonly tableBytes?: number;
}

/** One table with one section of one record. `table` counts 0 func, 1 line, 2 core. */
function raw({
  headerBytes = 32,
  recordBytes = 8,
  count = 1,
  record = [16, 7],
  table = 0,
  tableBytes,
}: Raw): Uint8Array {
  const words = [recordBytes, 0, count, ...record];
  const out = new ByteWriter().u16(0xeb9f).u8(1).u8(0).u32(headerBytes);
  for (let index = 0; index < 3 && out.length < headerBytes; index++) {
    out.u32(0).u32(index === table ? (tableBytes ?? words.length * 4) : 0);
  }
  out.zeros(Math.max(0, headerBytes - out.length));
  for (const word of words) out.u32(word);
  return out.finish();
}

test("records longer than known and other header lengths are honoured", () => {
  for (const variant of [{}, { recordBytes: 16, record: [16, 7, 99, 99] }, { headerBytes: 40 }, { headerBytes: 24 }]) {
    const [section] = decodeBtfExt(raw(variant), () => "s");
    assert.deepEqual(section?.funcs, [{ offsetBytes: 16, typeId: 7 }]);
  }
});

const refused: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ["nothing", new Uint8Array(3), /too few for a header/],
  ["another format", new Uint8Array(40), /not BTF/],
  ["a short record", raw({ recordBytes: 4 }), /4 is no size for funcs records/],
  ["an odd record", raw({ recordBytes: 10 }), /10 is no size/],
  ["too many records", raw({ count: 0x7fffffff }), /2147483647 funcs records do not fit/],
  ["a table past the end", raw({ tableBytes: 1000 }), /funcs table ends after the data/],
  ["half a section", raw({ tableBytes: 8 }), /funcs table is cut off/],
  [
    "an unknown relocation kind",
    raw({ table: 2, recordBytes: 16, record: [0, 1, 0, 13] }),
    /relocation kind 13 is unknown/,
  ],
];
for (const [name, bytes, message] of refused) {
  test(`refuses ${name}`, () => {
    assert.throws(
      () => decodeBtfExt(bytes, () => ""),
      (error) => error instanceof FormatError && message.test(error.message),
    );
  });
}
