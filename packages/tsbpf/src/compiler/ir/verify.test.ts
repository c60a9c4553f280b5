import assert from "node:assert/strict";
import { test } from "node:test";
import type { Func, Inst, SlotInst } from "./ir.js";
import { parseModule } from "./parse.js";
import { verifyFunc } from "./verify.js";

function parse(body: string, header = "func @f(%0: ptr, %1: i64, %2: i32) -> void {"): Func {
  const [func] = parseModule(`${header}\nbb0:\n${body}\n}\n`).functions;
  assert.ok(func);
  return func;
}

/** One case for each invariant that text can break: what stands in a function of (ptr, i64, i32), and the complaint. */
const broken: readonly (readonly [string, RegExp])[] = [
  // Function and edges.
  ["  ret\nbb1:\n  ret", /function f, bb1, block: it cannot be reached/],
  ["  jump bb1(%1)\nbb1(%3: i32):\n  ret", /bb0, "jump bb1\(%1\)": argument 0 is not i32/],
  ["  br %1, bb1, bb1\nbb1:\n  ret", /"br %1, bb1, bb1": a condition of type i64/],
  ["  ret %1", /"ret %1": the function returns void/],
  // Definitions and uses.
  ["  %3 = add i64 %4, %1\n  %4 = add i64 %1, %1\n  ret", /bb0, "%3 = add i64 %4, %1": an operand is not defined here/],
  [
    "  br %2, bb1, bb2\nbb1:\n  %3 = add i64 %1, %1\n  jump bb2\nbb2:\n  %4 = add i64 %3, %3\n  ret",
    /bb2, "%4 = add i64 %3, %3": an operand is not defined here/,
  ],
  [
    "  jump bb1\nbb1:\n  br %3, bb1, bb2\nbb2:\n  %3 = eq i64 %1, %1\n  ret",
    /bb1, "br %3, bb1, bb2": an operand is not/,
  ],
  // Operations.
  ["  %3 = const ptr 1\n  ret", /its range/],
  ["  %3 = add i64 %1, %2\n  ret", /"%3 = add i64 %1, %2": its types/],
  ["  %3 = add i32 %1, %1\n  ret", /its types/],
  ["  %3 = mul ptr %0, %1\n  ret", /arithmetic on ptr/],
  ["  %3 = add ptr %0, %2\n  ret", /arithmetic on ptr/],
  ["  %3 = sub ptr %0, %0\n  ret", /arithmetic on ptr/],
  ["  %3 = eq i64 %1, %2\n  ret", /its types/],
  ["  %3 = zext i64 %1\n  ret", /its types/],
  ["  %3 = sext i32 %2\n  ret", /its types/],
  ["  %3 = trunc i32 %2\n  ret", /its types/],
  ["  %3 = sext8 i64 %2\n  ret", /its types/],
  ["  %3 = sext16 ptr %0\n  ret", /its types/],
  ["  %3 = ptr2int i64 %1\n  ret", /its types/],
  ["  %3 = int2ptr ptr %2\n  ret", /its types/],
  ["  %3 = call i64 helper#1(%1, %1, %1, %1, %1, %1)\n  ret", /more than five operands/],
  // Memory.
  ['  jump bb1\nbb1:\n  %3 = slot 8 align 8 "s"\n  ret', /a slot outside the entry block/],
  ['  %3 = slot 0 align 8 "s"\n  ret', /its size or alignment/],
  ['  %3 = slot 8 align 3 "s"\n  ret', /its size or alignment/],
  ["  %3 = load u32 i32 %1+0\n  ret", /an address that is not ptr/],
  ["  %3 = load u64 i32 %0+0\n  ret", /its width/],
  ["  %3 = load u32 i32 %0+2147483648\n  ret", /its offset/],
  ["  %3 = kread u64 i32 %0\n  ret", /its width/],
  ["  %3 = kread u32 i32 %1\n  ret", /an address that is not ptr/],
  ["  store u64 %0+0, %2\n  ret", /its width/],
  ["  store u32 %0+0, %0\n  ret", /its width/],
  ["  store u32 %1+0, %2\n  ret", /an address that is not ptr/],
  ["  zero %1+0, 8 align 8\n  ret", /an address that is not ptr/],
  ["  zero %0+0, 0 align 8\n  ret", /its size or alignment/],
  ["  zero %0+0, 8 align 16\n  ret", /its size or alignment/],
  ["  copy %0+0, %1+0, 8 align 8\n  ret", /an address that is not ptr/],
  ["  copy %0+0, %0+8, -8 align 8\n  ret", /its size or alignment/],
  ["  kreadinto %0+0, %1, 8\n  ret", /an address that is not ptr/],
  ["  kreadinto %0+0, %0, 0\n  ret", /its size/],
  ['  %3 = slot 8 align 8 "s"\n  %4 = load u64 i64 %3+1\n  ret', /outside the slot of 8 bytes/],
  ['  %3 = slot 8 align 8 "s"\n  store u8 %3-1, %2\n  ret', /outside the slot/],
  ['  %3 = slot 8 align 8 "s"\n  zero %3+4, 8 align 4\n  ret', /outside the slot/],
  ['  %3 = slot 8 align 8 "s"\n  copy %0+0, %3+4, 8 align 4\n  ret', /outside the slot/],
  ['  %3 = slot 8 align 8 "s"\n  kreadinto %3+0, %0, 9\n  ret', /outside the slot/],
];

test("each broken invariant is named with function, block and instruction", () => {
  for (const [body, complaint] of broken) {
    const func = parse(body);
    assert.throws(() => verifyFunc(func), complaint, body);
    assert.throws(() => verifyFunc(func), /internal error: function f, (bb|block )\d/, body);
  }
});

test("no edge leads to the entry block", () => {
  assert.throws(
    () => verifyFunc(parse("  jump bb0", "func @f() -> void {")),
    /function f, block 0: an edge to the entry block/,
  );
});

test("a function must return what it promises", () => {
  const header = "func @f(%0: i32) -> i64 {";
  assert.throws(() => verifyFunc(parse("  ret", header)), /the function returns i64/);
  assert.throws(() => verifyFunc(parse("  ret %0", header)), /the function returns i64/);
  assert.throws(() => verifyFunc(parse("  ret %0", 'func @f(%0: i32) -> i32 void "anything" {')), /void return of i32/);
});

/** What text cannot express: each case damages a valid function by hand. */
const damage: readonly (readonly [string, (func: Func) => void, RegExp])[] = [
  ["no blocks", (func) => void (func.blocks = []), /no entry block/],
  ["an id above nextId", (func) => void (func.nextId = 1), /is not below 1/],
  ["an id twice", (func) => void Object.assign(first(func), { id: func.blocks[0]?.id }), /is not unique/],
  ["an instruction twice", (func) => void func.blocks[0]?.insts.push(first(func)), /is not unique/],
  ["an edge out of the function", (func) => void func.blocks.pop(), /an edge leaves the function/],
  ["a constant out of range", (func) => void Object.assign(first(func), { value: 1n << 32n }), /its range/],
  ["a negative constant", (func) => void Object.assign(first(func), { value: -1n }), /its range/],
  [
    "a core value out of range",
    (func) => void Object.assign(first(func), { op: "core", value: 1n << 32n }),
    /its type or range/,
  ],
  ["too few operands", (func) => void func.blocks[1]?.insts[0]?.args.pop(), /1 operands, not 2/],
  ["too few arguments", (func) => void func.blocks[1]?.params.push(param(func)), /0 arguments for 1 parameters/],
  ["a void operand", (func) => void Object.assign(first(func), { type: "void" }), /an operand is not defined here/],
  [
    "a foreign operand",
    (func) => {
      const add = func.blocks[1]?.insts[0];
      assert.ok(add);
      add.args[0] = first(parse("  %3 = const i32 1\n  ret"));
    },
    /an operand is not defined here/,
  ],
  ["a parameter among instructions", (func) => void func.blocks[1]?.insts.push(param(func)), /a parameter among the/],
  ["a comparison that is not i32", (func) => void Object.assign(last(func), { op: "eq", type: "i64" }), /its types/],
  ["a map that is not ptr", (func) => void func.blocks[1]?.insts.push(map(func)), /its type/],
  ["a slot that is not ptr", (func) => void func.blocks[0]?.insts.push(badSlot(func)), /its type/],
];

function first(func: Func): Inst {
  const inst = func.blocks[0]?.insts[0];
  assert.ok(inst);
  return inst;
}

function last(func: Func): Inst {
  const inst = func.blocks[1]?.insts[0];
  assert.ok(inst);
  return inst;
}

function param(func: Func): Inst & { op: "param" } {
  return { id: func.nextId++, op: "param", type: "i32", args: [], span: undefined };
}

function map(func: Func): Inst {
  return { id: func.nextId++, op: "map", type: "i64" as "ptr", name: "m", args: [], span: undefined };
}

function badSlot(func: Func): SlotInst {
  return {
    id: func.nextId++,
    op: "slot",
    type: "i64" as "ptr",
    size: 8,
    align: 8,
    name: "s",
    args: [],
    span: undefined,
  };
}

test("damage that text cannot express is found too", () => {
  const text = "  %3 = const i32 1\n  jump bb1\nbb1:\n  %4 = add i32 %2, %3\n  ret";
  verifyFunc(parse(text));
  for (const [what, harm, complaint] of damage) {
    const func = parse(text);
    harm(func);
    assert.throws(() => verifyFunc(func), complaint, what);
  }
});
