import assert from "node:assert/strict";
import { test } from "node:test";

import { describeCoreReloc, resolveCore } from "./core.js";
import type { CoreOutcome, CoreResize } from "./core.js";
import { decodeBtf } from "./decode.js";
import { BtfBuilder } from "./encode.js";
import { idsByExactName } from "./name.js";
import type { Btf, BtfMember, BtfTypeId, CoreRelocKind } from "./types.js";

/** Shorthand to describe types. Members are [name, type, offset in bytes] or [name, type, offset in bits, width]. */
class Types {
  readonly builder = new BtfBuilder();
  readonly int = this.integer("int", 4, "signed");
  readonly u8 = this.integer("u8", 1);
  readonly u16 = this.integer("u16", 2);
  readonly u32 = this.integer("u32", 4);
  readonly u64 = this.integer("u64", 8);
  readonly s64 = this.integer("s64", 8, "signed");

  integer(name: string, size: number, encoding: "signed" | "unsigned" = "unsigned"): BtfTypeId {
    return this.builder.add({ kind: "int", name, size, bits: size * 8, offsetBits: 0, encoding });
  }
  members(rows: readonly Row[]): BtfMember[] {
    return rows.map(([name, type, offset, width = 0]) => {
      return { name, type, offsetBits: width === 0 ? offset * 8 : offset, bitfieldSizeBits: width };
    });
  }
  struct(name: string, size: number, ...rows: readonly Row[]): BtfTypeId {
    return this.builder.add({ kind: "struct", name, size, members: this.members(rows) });
  }
  union(name: string, size: number, ...rows: readonly Row[]): BtfTypeId {
    return this.builder.add({ kind: "union", name, size, members: this.members(rows) });
  }
  ptr(type: BtfTypeId): BtfTypeId {
    return this.builder.add({ kind: "ptr", type });
  }
  array(element: BtfTypeId, length: number): BtfTypeId {
    return this.builder.add({ kind: "array", element, index: this.u32, length });
  }
  enumeration(
    name: string,
    values: Readonly<Record<string, bigint>>,
    kind: "enum" | "enum64" = "enum",
    signed = false,
  ): BtfTypeId {
    const list = Object.entries(values).map(([key, value]) => ({ name: key, value }));
    return this.builder.add({ kind, name, size: kind === "enum" ? 4 : 8, signed, values: list });
  }
  typedef(name: string, type: BtfTypeId): BtfTypeId {
    return this.builder.add({ kind: "typedef", name, type });
  }
  fwd(name: string, union = false): BtfTypeId {
    return this.builder.add({ kind: "fwd", name, union });
  }
  proto(returns: BtfTypeId, ...params: readonly BtfTypeId[]): BtfTypeId {
    return this.builder.add({ kind: "func_proto", returns, params: params.map((type) => ({ name: "", type })) });
  }
}
type Row = readonly [name: string, type: BtfTypeId, offset: number, width?: number];

function btfOf(define: (types: Types) => void): Btf {
  const types = new Types();
  define(types);
  return decodeBtf(types.builder.finish());
}

type Define = (types: Types) => void;
/** A number, or what else comes out. */
type Expected = number | bigint | "poison" | RegExp;

interface Case {
  readonly what: string;
  readonly local: Define;
  readonly target: Define;
  /** The relocated type's name, the kind, the access, and what it gives. */
  readonly relocs: readonly (readonly [name: string, kind: CoreRelocKind, access: string, expected: Expected])[];
}

const task: Define = (t) =>
  void t.struct("task", 16, ["pid", t.int, 0], ["comm", t.array(t.u8, 8), 4], ["flags", t.u32, 12]);

const cases: readonly Case[] = [
  {
    what: "a type against itself",
    local: task,
    target: task,
    relocs: [
      ["task", "field_byte_offset", "0:2", 12],
      ["task", "field_byte_offset", "0:1:3", 7],
      ["task", "field_byte_offset", "1:0", 16],
      ["task", "field_byte_size", "0:1", 8],
      ["task", "field_byte_size", "0:1:0", 1],
      ["task", "field_byte_size", "0", 16],
      ["task", "field_exists", "0:0", 1],
      ["task", "field_signed", "0:0", 1],
      ["task", "field_signed", "0:2", 0],
      ["task", "field_lshift_u64", "0:0", 32],
      ["task", "field_rshift_u64", "0:0", 32],
      ["task", "type_exists", "0", 1],
      ["task", "type_matches", "0", 1],
      ["task", "type_size", "0", 16],
    ],
  },
  {
    what: "fields that moved, under a flavour",
    local: (t) => void t.struct("task___mine", 8, ["flags", t.u32, 0], ["pid", t.int, 4]),
    target: (t) => void t.struct("task", 64, ["pad", t.array(t.u64, 4), 0], ["pid", t.int, 40], ["flags", t.u64, 48]),
    relocs: [
      ["task___mine", "field_byte_offset", "0:1", 40],
      ["task___mine", "field_byte_offset", "0:0", 48],
      ["task___mine", "field_byte_size", "0:0", 8],
      ["task___mine", "field_byte_offset", "2:1", 2 * 64 + 40],
      ["task___mine", "type_size", "0", 64],
    ],
  },
  {
    what: "things the target lacks",
    local: (t) => {
      t.struct("task", 8, ["gone", t.u32, 0], ["kept", t.u32, 4]);
      t.struct("nowhere", 4, ["a", t.u32, 0]);
      t.enumeration("modes", { OLD: 1n, GONE: 2n });
      t.enumeration("lost", { X: 1n });
    },
    target: (t) => {
      t.struct("task", 4, ["kept", t.u32, 0]);
      t.enumeration("modes", { OLD: 9n });
    },
    relocs: [
      ["task", "field_exists", "0:0", 0],
      ["task", "field_exists", "0:1", 1],
      ["task", "field_byte_offset", "0:0", "poison"],
      ["task", "field_byte_size", "0:0", "poison"],
      ["task", "field_signed", "0:0", "poison"],
      ["task", "field_lshift_u64", "0:0", "poison"],
      ["task", "field_rshift_u64", "0:0", "poison"],
      ["task", "type_matches", "0", 0],
      ["nowhere", "field_exists", "0:0", 0],
      ["nowhere", "field_byte_offset", "0:0", "poison"],
      ["nowhere", "type_exists", "0", 0],
      ["nowhere", "type_matches", "0", 0],
      ["nowhere", "type_size", "0", 0],
      ["nowhere", "type_id_target", "0", 0],
      ["modes", "enumval_value", "0", 9],
      ["modes", "enumval_exists", "1", 0],
      ["modes", "enumval_value", "1", "poison"],
      ["lost", "enumval_exists", "0", 0],
      ["lost", "enumval_value", "0", "poison"],
    ],
  },
  {
    what: "wide enums of a target without enum64, which cuts their values",
    local: (t) => void t.enumeration("wide", { LAST: 1n, FIRST: 2n }, "enum64"),
    target: (t) => {
      const values = Object.entries({ FIRST: 7n, LAST: 0xffffff80n }).map(([name, value]) => ({ name, value }));
      t.builder.add({ kind: "enum", name: "wide", size: 8, signed: false, values });
    },
    relocs: [
      ["wide", "enumval_value", "0", -128],
      ["wide", "enumval_value", "1", 7],
      ["wide", "type_size", "0", 8],
    ],
  },
  {
    what: "members without a name, on either side",
    local: (t) => {
      const inner = t.struct("", 8, ["a", t.u32, 0], ["b", t.u32, 4]);
      t.struct("nested", 16, ["head", t.u64, 0], ["", t.union("", 8, ["whole", t.u64, 0], ["", inner, 0]), 8]);
      t.struct("flat", 8, ["a", t.u32, 0], ["b", t.u32, 4]);
    },
    target: (t) => {
      t.struct("nested", 16, ["b", t.u32, 4], ["a", t.u32, 12]);
      const deep = t.struct(
        "",
        12,
        ["x", t.u32, 0],
        ["", t.union("", 8, ["", t.struct("", 8, ["b", t.u32, 4]), 0]), 4],
      );
      t.struct("flat", 32, ["a", t.u32, 0], ["", deep, 16]);
    },
    relocs: [
      ["nested", "field_byte_offset", "0:1:1:0", 12],
      ["nested", "field_byte_offset", "0:1:1:1", 4],
      ["nested", "field_exists", "0:1:0", 0],
      ["flat", "field_byte_offset", "0:1", 16 + 4 + 4],
    ],
  },
  {
    what: "arrays",
    local: (t) => {
      const item = t.struct("item", 8, ["x", t.u32, 0], ["y", t.u32, 4]);
      t.struct(
        "box",
        100,
        ["items", t.array(item, 4), 0],
        ["grid", t.array(t.array(t.u16, 3), 2), 32],
        ["tail", t.array(item, 0), 44],
      );
      t.struct("short", 16, ["a", t.array(t.u32, 4), 0]);
      t.struct("scalar", 16, ["a", t.array(t.u32, 4), 0]);
    },
    target: (t) => {
      const item = t.struct("item", 16, ["y", t.u32, 8], ["x", t.u32, 12]);
      t.struct(
        "box",
        200,
        ["grid", t.array(t.array(t.u16, 5), 2), 0],
        ["items", t.array(item, 8), 24],
        ["tail", t.array(item, 0), 152],
      );
      t.struct("short", 8, ["a", t.array(t.u32, 2), 0]);
      t.struct("scalar", 16, ["a", t.u32, 0]);
    },
    relocs: [
      ["box", "field_byte_offset", "0:0:3:1", 24 + 3 * 16 + 8],
      ["box", "field_byte_offset", "0:1:1:2", 5 * 2 + 2 * 2],
      ["box", "field_byte_size", "0:1", 20],
      ["box", "field_byte_offset", "0:2:7:0", 152 + 7 * 16 + 12],
      ["box", "field_byte_offset", "0:0:4:1", /element 4 is outside an array of 4/],
      ["short", "field_byte_offset", "0:0:1", 4],
      ["short", "field_byte_offset", "0:0:2", "poison"],
      ["short", "field_exists", "0:0:2", 0],
      ["scalar", "field_exists", "0:0:0", 0],
    ],
  },
  {
    what: "bit-fields",
    local: (t) => void t.struct("flags", 8, ["a", t.u32, 0, 3], ["b", t.int, 3, 5], ["c", t.u8, 32, 2]),
    target: (t) => void t.struct("flags", 16, ["a", t.u32, 37, 3], ["b", t.int, 60, 10], ["c", t.u8, 96]),
    relocs: [
      ["flags", "field_byte_offset", "0:0", 4],
      ["flags", "field_byte_size", "0:0", 4],
      ["flags", "field_lshift_u64", "0:0", 64 - 8],
      ["flags", "field_rshift_u64", "0:0", 64 - 3],
      // Bits 60 to 69 do not lie in one 4-byte or 8-byte word.
      ["flags", "field_byte_offset", "0:1", /bit-field "b" does not fit a load/],
      ["flags", "field_signed", "0:1", /does not fit a load/],
    ],
  },
  {
    what: "a bit-field that needs a wider load",
    local: (t) => void t.struct("flags", 8, ["a", t.u32, 0, 3]),
    target: (t) => void t.struct("flags", 8, ["a", t.u32, 30, 4]),
    relocs: [
      ["flags", "field_byte_offset", "0:0", 0],
      ["flags", "field_byte_size", "0:0", 8],
      ["flags", "field_lshift_u64", "0:0", 30],
      ["flags", "field_rshift_u64", "0:0", 60],
    ],
  },
  {
    what: "enums of all widths and signs",
    local: (t) => {
      t.enumeration("e", { A: 1n, B___old: 2n });
      t.enumeration("s", { NEGATIVE: -5n }, "enum", true);
      t.struct("holder", 4, ["value", t.enumeration("e", { A: 1n, B___old: 2n }), 0]);
    },
    target: (t) => {
      t.enumeration("e", { A: 0x1_0000_0000n, B: 77n }, "enum64");
      t.enumeration("s", { NEGATIVE: -7n }, "enum64", true);
      t.struct("holder", 8, ["value", t.enumeration("e", { A: 0x1_0000_0000n, B: 77n }, "enum64"), 0]);
    },
    relocs: [
      ["e", "enumval_value", "0", 0x1_0000_0000n],
      ["e", "enumval_value", "1", 77],
      ["e", "enumval_exists", "1", 1],
      ["e", "type_matches", "0", 1],
      ["s", "enumval_value", "0", -7],
      ["holder", "field_byte_size", "0:0", 8],
    ],
  },
  {
    what: "members whose types do not fit",
    local: (t) => {
      const other = t.struct("other", 4, ["x", t.u32, 0]);
      t.struct(
        "s",
        64,
        ["a", t.u32, 0],
        ["b", t.ptr(t.u32), 8],
        ["c", other, 16],
        ["d", t.enumeration("e1", { X: 0n }), 20],
        ["f", t.enumeration("", { Y: 0n }), 24],
        ["g", t.u64, 32],
      );
    },
    target: (t) => {
      const union = t.union("something", 4, ["y", t.u32, 0]);
      t.struct(
        "s",
        64,
        ["a", t.ptr(0), 0],
        ["b", t.ptr(t.fwd("any")), 8],
        ["c", union, 16],
        ["d", t.enumeration("e2", { X: 0n }), 24],
        ["f", t.enumeration("named", { Y: 0n }), 28],
        ["g", t.typedef("whatever", t.builder.add({ kind: "const", type: t.u8 })), 40],
      );
    },
    relocs: [
      ["s", "field_exists", "0:0", 0],
      ["s", "field_byte_offset", "0:1", 8],
      ["s", "field_exists", "0:2", 1],
      ["s", "field_exists", "0:3", 0],
      ["s", "field_byte_offset", "0:4", 28],
      ["s", "field_byte_size", "0:5", 1],
      ["s", "field_exists", "0:2:0", 0],
    ],
  },
  {
    what: "typedefs, functions and pointers",
    local: (t) => {
      t.typedef("id_t", t.u32);
      t.typedef("callback_t", t.proto(t.int, t.ptr(t.u8), t.u64));
      t.typedef("other_t", t.proto(t.int, t.u64));
      t.typedef("returns_t", t.proto(0, t.u64));
      t.typedef("struct_t", t.struct("", 4, ["a", t.u32, 0]));
      t.struct("known_as_typedef", 4, ["a", t.u32, 0]);
      t.typedef("pair_t", t.array(t.u32, 2));
    },
    target: (t) => {
      t.typedef("id_t", t.u64);
      t.typedef("callback_t", t.proto(t.int, t.ptr(t.u8), t.u32));
      t.typedef("other_t", t.proto(t.int, t.u64, t.u64));
      t.typedef("returns_t", t.proto(t.int, t.u64));
      t.typedef("struct_t", t.struct("", 8, ["b", t.u32, 0], ["a", t.u32, 4]));
      t.typedef("known_as_typedef", t.u32);
      t.typedef("pair_t", t.array(t.u32, 3));
    },
    relocs: [
      ["id_t", "type_exists", "0", 1],
      ["id_t", "type_size", "0", 8],
      ["id_t", "type_matches", "0", 0],
      ["callback_t", "type_exists", "0", 1],
      ["callback_t", "type_matches", "0", 0],
      ["other_t", "type_exists", "0", 0],
      ["returns_t", "type_exists", "0", 0],
      ["struct_t", "field_byte_offset", "0:0", 4],
      ["known_as_typedef", "type_exists", "0", 0],
      ["pair_t", "type_exists", "0", 1],
      ["pair_t", "type_matches", "0", 0],
    ],
  },
  {
    what: "matching behind pointers",
    local: (t) => {
      t.struct("a", 8, ["next", t.ptr(t.struct("b", 4, ["x", t.u32, 0])), 0]);
      t.struct("c", 8, ["to", t.ptr(t.fwd("u", true)), 0]);
      t.struct("d", 8, ["to", t.ptr(t.struct("renamed", 0)), 0]);
      t.struct("f", 8, ["x", t.u32, 0], ["y", t.u32, 4]);
      t.fwd("g");
    },
    target: (t) => {
      t.struct("a", 16, ["next", t.ptr(t.fwd("b")), 8], ["more", t.u32, 0]);
      t.struct("c", 8, ["to", t.ptr(t.union("u", 4, ["x", t.u32, 0])), 0]);
      t.struct("d", 8, ["to", t.ptr(t.struct("original", 0)), 0]);
      t.struct("f", 8, ["x", t.u32, 0], ["y", t.int, 4]);
      t.struct("g", 4, ["x", t.u32, 0]);
    },
    relocs: [
      ["a", "type_matches", "0", 1],
      ["c", "type_matches", "0", 1],
      ["d", "type_matches", "0", 0],
      ["f", "type_matches", "0", 0],
      ["g", "type_exists", "0", 0],
    ],
  },
  {
    what: "several candidates",
    local: (t) => {
      t.struct("agree", 4, ["x", t.u32, 0]);
      t.struct("differ", 4, ["x", t.u32, 0]);
      t.struct("one_has_it", 4, ["x", t.u32, 0]);
    },
    target: (t) => {
      t.struct("agree", 8, ["x", t.u32, 4]);
      t.struct("agree", 12, ["x", t.u32, 4], ["y", t.u32, 8]);
      t.struct("differ", 8, ["x", t.u32, 4]);
      t.struct("differ___v2", 8, ["x", t.u32, 0]);
      t.struct("one_has_it", 8, ["y", t.u32, 4]);
      t.struct("one_has_it", 12, ["x", t.u32, 8]);
    },
    relocs: [
      ["agree", "field_byte_offset", "0:0", 4],
      ["agree", "type_size", "0", /ambiguous.*\(8 and 12\)/],
      ["differ", "field_byte_offset", "0:0", /ambiguous: types \d+ and \d+ of the target disagree \(4 and 0\)/],
      ["one_has_it", "field_byte_offset", "0:0", 8],
    ],
  },
  {
    what: "relocations that are wrong in themselves",
    local: (t) => {
      task(t);
      t.enumeration("e", { A: 1n });
    },
    target: task,
    relocs: [
      ["task", "field_byte_offset", "0:9", /has no member 9/],
      ["task", "field_byte_offset", "0:0:0", /has no parts/],
      ["task", "field_byte_offset", "", /access "" is malformed/],
      ["task", "field_byte_offset", "0:-1", /malformed/],
      ["task", "field_byte_offset", "9999999999", /out of range/],
      ["task", "field_signed", "0:1:0", /not defined for an array element/],
      ["task", "type_exists", "0:0", /access "0:0", not "0"/],
      ["task", "enumval_value", "0", /is no enum but struct/],
      ["e", "enumval_value", "5", /names no value/],
    ],
  },
];

for (const { what, local, target, relocs } of cases) {
  test(`CO-RE: ${what}`, () => {
    const localBtf = btfOf(local);
    const list = relocs.map(([name, kind, access], insnIndex) => {
      const [typeId = -1] = idsByExactName(localBtf, name);
      return { insnIndex, kind, typeId, access };
    });
    const resolutions = resolveCore(localBtf, list, btfOf(target));
    assert.equal(resolutions.length, relocs.length);
    for (const [index, [, kind, access, expected]] of relocs.entries()) {
      const resolution = resolutions[index];
      assert.equal(resolution?.reloc, list[index]);
      checkOutcome(resolution?.outcome, expected, `${kind} ${access}: ${resolution?.text}`);
    }
  });
}

function checkOutcome(outcome: CoreOutcome | undefined, expected: Expected, label: string): void {
  if (expected instanceof RegExp) {
    assert.equal(outcome?.kind, "error", label);
    if (outcome?.kind === "error") assert.match(outcome.reason, expected, label);
  } else if (expected === "poison") {
    assert.equal(outcome?.kind, "poison", label);
  } else {
    assert.deepEqual(outcome?.kind === "value" ? outcome.targetValue : outcome, BigInt(expected), label);
  }
}

test("type ids are those of each side", () => {
  const local = btfOf(task);
  const target = btfOf((t) => {
    t.struct("before", 0);
    task(t);
  });
  const [localId = 0] = local.idsByEssentialName("task");
  const [targetId = 0] = target.idsByEssentialName("task");
  assert.notEqual(localId, targetId);
  for (const [kind, expected] of [
    ["type_id_local", localId],
    ["type_id_target", targetId],
  ] as const) {
    const [resolution] = resolveCore(local, [{ insnIndex: 0, kind, typeId: localId, access: "0" }], target);
    assert.ok(resolution?.outcome.kind === "value");
    assert.equal(resolution.outcome.targetValue, BigInt(expected));
    assert.equal(resolution.outcome.checkLocal, false);
  }
});

test("types that entangle without end give an error, not a hang", () => {
  const tangled: Define = (t) => {
    // Each function type has two parameters of the next: 2^40 ways through.
    let type = t.u32;
    for (let depth = 0; depth < 28; depth++) type = t.ptr(t.proto(type, type, type));
    t.typedef("tangled", type);
  };
  const [local, target] = [btfOf(tangled), btfOf(tangled)];
  const [typeId = 0] = local.idsByEssentialName("tangled");
  const [resolution] = resolveCore(local, [{ insnIndex: 0, kind: "type_exists", typeId, access: "0" }], target);
  assert.equal(resolution?.outcome.kind, "error");
});

test("a struct that contains itself without a name gives an error", () => {
  const endless: Define = (t) => {
    const id = t.builder.reserve();
    t.builder.define(id, {
      kind: "struct",
      name: "s",
      size: 4,
      members: t.members([
        ["", id, 0],
        ["x", t.u32, 0],
      ]),
    });
  };
  const local = btfOf((t) => void t.struct("s", 4, ["x", t.u32, 0]));
  const [typeId = 0] = local.idsByEssentialName("s");
  const [resolution] = resolveCore(
    local,
    [{ insnIndex: 0, kind: "field_exists", typeId, access: "0:0" }],
    btfOf(endless),
  );
  assert.equal(resolution?.outcome.kind, "error");
});

const descriptions: readonly (readonly [string, CoreRelocKind, string, string])[] = [
  ["task", "field_byte_offset", "0:0", "byte_off struct task.pid (0:0)"],
  ["task", "field_exists", "0:1:3", "field_exists struct task.comm[3] (0:1:3)"],
  ["task", "field_byte_size", "2:2", "byte_sz struct task[2].flags (2:2)"],
  ["task", "type_size", "0", "type_size struct task (0)"],
  ["e", "enumval_value", "1", "enumval_value enum e::B (1)"],
  ["id_t", "type_exists", "0", "type_exists id_t (0)"],
  ["task", "field_exists", "0:77", "field_exists type 10 (0:77)"],
];
test("relocations are described", () => {
  const btf = btfOf((t) => {
    t.typedef("id_t", t.u32);
    t.enumeration("e", { A: 1n, B: 2n });
    task(t);
  });
  for (const [name, kind, access, expected] of descriptions) {
    const [typeId = 0] = btf.idsByEssentialName(name);
    assert.equal(describeCoreReloc(btf, { insnIndex: 0, kind, typeId, access }), expected);
  }
});

const resizes: readonly (readonly [
  string,
  (t: Types) => BtfTypeId,
  (t: Types) => BtfTypeId,
  CoreResize | undefined,
])[] = [
  ["unsigned, wider", (t) => t.u32, (t) => t.u64, { localBytes: 4, targetBytes: 8, safe: true }],
  ["unsigned, same", (t) => t.u32, (t) => t.u32, undefined],
  ["signed, wider", (t) => t.int, (t) => t.s64, { localBytes: 4, targetBytes: 8, safe: false }],
  ["signed becomes unsigned", (t) => t.int, (t) => t.u64, { localBytes: 4, targetBytes: 8, safe: false }],
  ["array elements", (t) => t.array(t.u16, 2), (t) => t.array(t.u8, 9), { localBytes: 2, targetBytes: 1, safe: true }],
  ["array of other length", (t) => t.array(t.u16, 2), (t) => t.array(t.u16, 9), undefined],
];
for (const [what, mine, theirs, expected] of resizes) {
  test(`sizes of a loaded field: ${what}`, () => {
    const local = btfOf((t) => void t.struct("s", 64, ["x", mine(t), 0]));
    const target = btfOf((t) => void t.struct("s", 64, ["x", theirs(t), 8]));
    const [typeId = 0] = local.idsByEssentialName("s");
    const [resolution] = resolveCore(
      local,
      [{ insnIndex: 0, kind: "field_byte_offset", typeId, access: "0:0" }],
      target,
    );
    assert.ok(resolution?.outcome.kind === "value");
    assert.deepEqual(resolution.outcome.resize, expected);
  });
}
