import assert from "node:assert/strict";
import { test } from "node:test";
import { explainMissing } from "./core-missing.js";
import { decodeBtf } from "./decode.js";
import { BtfBuilder } from "./encode.js";
import type { Btf, BtfTypeId } from "./types.js";

type Members = Readonly<Record<string, (types: BtfBuilder) => BtfTypeId>>;

const u32 = (types: BtfBuilder): BtfTypeId =>
  types.add({ kind: "int", name: "u32", size: 4, bits: 32, offsetBits: 0, encoding: "unsigned" });
const pointer = (types: BtfBuilder): BtfTypeId => types.add({ kind: "ptr", type: u32(types) });
const text = (types: BtfBuilder): BtfTypeId => {
  const element = u32(types);
  return types.add({ kind: "array", element, index: element, length: 4 });
};
const inner = (types: BtfBuilder): BtfTypeId => struct(types, "", { hidden: u32 });

function struct(types: BtfBuilder, name: string, members: Members): BtfTypeId {
  const list = Object.entries(members).map(([key, make]) => ({
    name: key.startsWith("unnamed") ? "" : key,
    type: make(types),
    offsetBits: 0,
    bitfieldSizeBits: 0,
  }));
  return types.add({ kind: "struct", name, size: 16, members: list });
}

function btf(name: string, members: Members): { readonly types: Btf; readonly root: BtfTypeId } {
  const builder = new BtfBuilder();
  const root = struct(builder, name, members);
  return { types: decodeBtf(builder.finish()), root };
}

const kernel = btf("task", { pid: u32, comm: text, parent: pointer, unnamed: inner });

function explain(name: string, members: Members): unknown {
  const { types, root } = btf(name, members);
  const reloc = { insnIndex: 0, typeId: root, access: "0:0", kind: "field_byte_offset" } as const;
  return explainMissing(types, reloc, kernel.types);
}

test("the type is not there", () => {
  assert.deepEqual(explain("taks", { pid: u32 }), { kind: "absent", what: "struct taks", near: "task" });
  assert.deepEqual(explain("file___v2", { pid: u32 }), { kind: "absent", what: "struct file", near: undefined });
});

test("the member is not there", () => {
  assert.deepEqual(explain("task", { pidd: u32 }), { kind: "absent", what: "struct task.pidd", near: "pid" });
  assert.deepEqual(explain("task", { hiden: u32 }), { kind: "absent", what: "struct task.hiden", near: "hidden" });
  assert.deepEqual(explain("task", { state: u32 }), { kind: "absent", what: "struct task.state", near: undefined });
});

test("the member is something else", () => {
  const differs = { kind: "differs", what: "struct task.comm", theirs: "an array", mine: "u32 (4 bytes)" };
  assert.deepEqual(explain("task", { comm: u32 }), differs);
  assert.deepEqual(explain("task___view", { parent: text }), {
    kind: "differs",
    what: "struct task.parent",
    theirs: "a pointer",
    mine: "an array",
  });
});
