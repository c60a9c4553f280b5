import assert from "node:assert/strict";
import { test } from "node:test";
import { FunctionBuilder } from "./builder.js";
import type { Variable } from "./builder.js";
import type { Block } from "./ir.js";
import { printFunc } from "./text.js";
import { verifyFunc } from "./verify.js";

const a: Variable = { name: "a", type: "i64" };
const b: Variable = { name: "b", type: "i64" };

/** Builds a function of (x: i64, c: i32) and compares its text. */
function check(name: string, build: (builder: FunctionBuilder) => void, expected: string): void {
  test(name, () => {
    const builder = new FunctionBuilder("f", undefined, "i64", "zero");
    builder.write(a, builder.addParam("i64"));
    builder.addParam("i32");
    build(builder);
    const func = builder.finish();
    verifyFunc(func);
    assert.equal(printFunc(func), `func @f(%0: i64, %1: i32) -> i64 {\nbb0:\n${expected}}\n`);
  });
}

function cond(builder: FunctionBuilder): Block["params"][0] {
  const param = builder.func.blocks[0]?.params[1];
  assert.ok(param);
  return param;
}

function begin(builder: FunctionBuilder, block: Block): void {
  builder.seal(block);
  builder.start(block);
}

check(
  "a straight line needs no parameters; constants and slots come first",
  (builder) => {
    const sum = builder.binary("add", builder.read(a), builder.constant("i64", -1n));
    const slot = builder.slot("s", 8, 8);
    builder.store("u64", slot, 0, sum);
    const again = builder.binary(
      "add",
      builder.load("i64", "u64", slot, 0),
      builder.constant("i64", 0xffff_ffff_ffff_ffffn),
    );
    builder.write(a, again);
    builder.ret(builder.read(a));
  },
  `  %2 = const i64 -1
  %3 = slot 8 align 8 "s"
  %4 = add i64 %0, %2
  store u64 %3+0, %4
  %5 = load u64 i64 %3+0
  %6 = add i64 %5, %2
  ret %6
`,
);

check(
  "a join has a parameter for what differs, and none for what does not",
  (builder) => {
    const [then, join] = [builder.createBlock(), builder.createBlock()];
    builder.write(b, builder.constant("i64", 5n));
    builder.branch(cond(builder), then, join);
    begin(builder, then);
    builder.write(b, builder.read(a));
    builder.jump(join);
    begin(builder, join);
    builder.ret(builder.binary("add", builder.read(a), builder.read(b)));
  },
  `  %2 = const i64 5
  br %1, bb1, bb2(%2)
bb1:
  jump bb2(%0)
bb2(%3: i64):
  %4 = add i64 %0, %3
  ret %4
`,
);

check(
  "a loop keeps a parameter only for what it changes",
  (builder) => {
    const [header, body, after] = [builder.createBlock(), builder.createBlock(), builder.createBlock()];
    builder.write(b, builder.constant("i64", 0n));
    builder.jump(header);
    builder.start(header);
    builder.branch(builder.compare("ult", builder.read(b), builder.read(a)), body, after);
    begin(builder, body);
    builder.write(b, builder.binary("add", builder.read(b), builder.constant("i64", 1n)));
    builder.write(a, builder.read(a));
    builder.jump(header);
    builder.seal(header);
    begin(builder, after);
    builder.ret(builder.binary("sub", builder.read(a), builder.read(b)));
  },
  `  %2 = const i64 0
  %3 = const i64 1
  jump bb1(%2)
bb1(%4: i64):
  %5 = ult i64 %4, %0
  br %5, bb2, bb3
bb2:
  %6 = add i64 %4, %3
  jump bb1(%6)
bb3:
  %7 = sub i64 %0, %4
  ret %7
`,
);

check(
  "a nested loop that changes nothing leaves no parameters behind",
  (builder) => {
    const [outer, inner, next, after] = [1, 2, 3, 4].map(() => builder.createBlock());
    assert.ok(outer && inner && next && after);
    builder.jump(outer);
    builder.start(outer);
    builder.jump(inner);
    builder.start(inner);
    builder.write(b, builder.read(a));
    builder.branch(cond(builder), inner, next);
    builder.seal(inner);
    begin(builder, next);
    builder.branch(cond(builder), outer, after);
    builder.seal(outer);
    begin(builder, after);
    builder.ret(builder.read(b));
  },
  `  jump bb1
bb1:
  jump bb2
bb2:
  br %1, bb2, bb3
bb3:
  br %1, bb1, bb4
bb4:
  ret %0
`,
);

check(
  "code behind a return is built and dropped; it feeds nobody's parameters",
  (builder) => {
    const [then, join] = [builder.createBlock(), builder.createBlock()];
    builder.branch(cond(builder), then, join);
    begin(builder, then);
    builder.ret(builder.read(a));
    builder.write(a, builder.constant("i64", 7n));
    const [header, body] = [builder.createBlock(), builder.createBlock()];
    builder.jump(header);
    builder.start(header);
    builder.branch(cond(builder), body, join);
    begin(builder, body);
    builder.write(a, builder.binary("add", builder.read(a), builder.read(a)));
    builder.jump(header);
    builder.seal(header);
    begin(builder, join);
    builder.ret(builder.read(a));
  },
  `  %2 = const i64 7
  %3 = const i64 0
  br %1, bb1, bb2
bb1:
  ret %0
bb2:
  ret %0
`,
);

check(
  "both edges of a branch may lead to one block",
  (builder) => {
    const join = builder.createBlock();
    builder.branch(cond(builder), join, join);
    begin(builder, join);
    builder.ret(builder.read(a));
  },
  `  br %1, bb1, bb1
bb1:
  ret %0
`,
);

check(
  "a variable that was never written is zero",
  (builder) => {
    builder.ret(builder.read(b));
  },
  `  %2 = const i64 0
  ret %2
`,
);

// A value that the caller holds may be a parameter that turns out to be superfluous later.
check(
  "values from before a loop was sealed are resolved",
  (builder) => {
    const [header, after] = [builder.createBlock(), builder.createBlock()];
    builder.jump(header);
    builder.start(header);
    const held = builder.read(a);
    builder.branch(cond(builder), header, after);
    builder.seal(header);
    begin(builder, after);
    assert.notEqual(builder.resolve(held), held);
    builder.ret(builder.binary("add", held, held));
  },
  `  jump bb1
bb1:
  br %1, bb1, bb2
bb2:
  %2 = add i64 %0, %0
  ret %2
`,
);

test("tens of thousands of blocks in a row do not exhaust the stack", () => {
  const builder = new FunctionBuilder("deep", undefined, "i64", "zero");
  builder.write(a, builder.addParam("i64"));
  builder.write(b, builder.addParam("i64"));
  const condition = builder.addParam("i32");
  for (let index = 0; index < 20_000; index++) {
    const [then, join] = [builder.createBlock(), builder.createBlock()];
    builder.branch(condition, then, join);
    begin(builder, then);
    builder.write(b, builder.constant("i64", BigInt(index)));
    builder.jump(join);
    begin(builder, join);
  }
  builder.ret(builder.binary("add", builder.read(a), builder.read(b)));
  const func = builder.finish();
  verifyFunc(func);
  assert.equal(func.blocks.length, 40_001);
  assert.equal(Math.max(...func.blocks.slice(1).map((block) => block.params.length)), 1);
});

test("misuse is refused", () => {
  const fresh = (): FunctionBuilder => new FunctionBuilder("f", undefined, "void", "zero");
  const unsealed = fresh();
  unsealed.jump(unsealed.createBlock());
  assert.throws(() => unsealed.finish(), /never sealed/);
  assert.throws(() => fresh().finish(), /has no end/);
  assert.throws(() => fresh().start(fresh().createBlock()), /no terminator/);
  const typed = fresh();
  assert.throws(() => typed.write(a, typed.constant("i32", 0n)), /variable a is i64, not i32/);
  const sealed = fresh();
  const block = sealed.createBlock();
  sealed.seal(block);
  assert.throws(() => sealed.jump(block), /already sealed/);
});
