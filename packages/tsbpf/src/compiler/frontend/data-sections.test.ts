import assert from "node:assert/strict";
import { test } from "node:test";
import { addVariable, dataSections, internData, newModuleData, reserveVariable } from "./data-sections.js";
import { intTypes, layOutStruct } from "./types.js";
import type { DataDeclaration } from "./operands.js";
import { ts } from "./typescript.js";

test("equal bytes of one alignment lie in one place", () => {
  const data = newModuleData();
  const text = Uint8Array.of(1, 2, 3);
  const first = internData({ data }, text, 1);
  assert.deepEqual(internData({ data }, text.slice(), 1), first);
  const words = internData({ data }, new Uint8Array(8), 8);
  assert.equal(words.offset % 8, 0);
  assert.notDeepEqual(internData({ data }, text, 4), first);
  const [section] = dataSections(data);
  assert.deepEqual([...(section?.bytes.subarray(first.offset, first.offset + 3) ?? [])], [1, 2, 3]);
  assert.equal((section?.bytes.length ?? 1) % 8, 0);
  assert.deepEqual(section?.variables, []);
});

test("variables lie one behind the other, each aligned, structs to eight bytes", () => {
  const data = newModuleData();
  const struct = layOutStruct("S", [{ name: "a", type: intTypes.u16 }]);
  const offsets = [intTypes.u8, intTypes.u32, struct, intTypes.u8, intTypes.u16].map((type, index) => {
    const bytes = Uint8Array.of(index + 1);
    const offset = reserveVariable(data, ".data", bytes, type);
    const node = ts.factory.createNull();
    const variable: DataDeclaration = { name: `v${index}`, type, isConstant: false, section: ".data", offset, node };
    addVariable(data, variable);
    return offset;
  });
  assert.deepEqual(offsets, [0, 4, 8, 9, 10]);
  const [section] = dataSections(data);
  assert.deepEqual(
    section?.variables.map(({ name }) => name),
    ["v0", "v1", "v2", "v3", "v4"],
  );
  assert.deepEqual([...(section?.bytes ?? [])], [1, 0, 0, 0, 2, 0, 0, 0, 3, 4, 5, 0, 0, 0, 0, 0]);
});
