import assert from "node:assert/strict";
import { test } from "node:test";
import { parseModule } from "./parse.js";
import { printFunc, printModule } from "./text.js";
import { verifyModule } from "./verify.js";

/** Every form of every instruction; the text is exactly what is printed. */
const everything = `func @every(%0: ptr, %1: i64, %2: i32) -> i64 section "raw_tracepoint/sched \\"x\\"" {
bb0:
  %3 = const i32 -1
  %4 = const i64 9223372036854775807
  %5 = const ptr 0
  %6 = slot 24 align 8 "event; \\"quoted\\""
  zero %6+0, 24 align 8
  store u8 %6+0, %2
  store u16 %6+2, %1
  store u32 %6+4, %2
  store u64 %6+8, %0
  %7 = load i8 i32 %6+0
  %8 = load u64 i64 %0-8
  copy %6+16, %0+24, 8 align 4
  %9 = kread i32 i64 %0
  kreadinto %6+8, %0, 16
  %10 = core i64 field_byte_offset "task_struct" "0:0" = 2464
  %11 = core i32 enumval_value "pid_type" "1" = -2
  %12 = add ptr %0, %10
  %13 = sub i64 %9, %8
  %14 = sdiv i32 %7, %11
  %15 = ult ptr %12, %5
  %16 = sle i64 %13, %4
  %17 = zext i64 %14
  %18 = sext8 i32 %3
  %19 = ptr2int i64 %12
  %20 = int2ptr ptr %19
  %21 = map "events"
  %22 = call i64 bpf_perf_event_output#25(%0, %21, %17, %6, %4)
  call void helper#9999()
  br %15, bb1, bb2(%16, %22)
bb1:
  jump bb2(%18, %8)
bb2(%23: i32, %24: i64):
  br %23, bb3, bb4
bb3:
  unreachable
bb4:
  ret %24
}
`;

const tracer = `func @"odd name"() -> void section "tp" void "anything" {
bb0:
  ret
}

func @second() -> void {
bb0:
  jump bb1
bb1:
  ret
}
`;

test("printing what was parsed gives the same text", () => {
  for (const text of [everything, tracer]) {
    const module = parseModule(text);
    verifyModule(module);
    assert.equal(printModule(module), text);
  }
});

test("ids do not show: values and blocks are numbered in reading order", () => {
  const text = `; a comment
func @f(%7: i64) -> i64 { ; another
bb9:
  jump bb4(%7)

bb4(%70: i64):   ; uses a value that is defined below
  %3=const i64 1
  %1 = add   i64 %70,%3
  ret %1
}`;
  assert.equal(
    printModule(parseModule(text)),
    `func @f(%0: i64) -> i64 {
bb0:
  jump bb1(%0)
bb1(%1: i64):
  %2 = const i64 1
  %3 = add i64 %1, %2
  ret %3
}
`,
  );
});

test("spans are printed on request and read back", () => {
  const text = `func @f(%0: i32) -> i32 {
bb0:
  %1 = add i32 %0, %0 !src/prog.ts:3:7
  %2 = mul i32 %1, %1
  ret %2 !"with space.ts":4:1
}
`;
  const [func] = parseModule(text).functions;
  assert.ok(func);
  assert.equal(printFunc(func, { spans: true }), text);
  assert.deepEqual(func.blocks[0]?.insts[0]?.span, { file: "src/prog.ts", line: 3, column: 7 });
  assert.ok(!printFunc(func).includes("!"));
});

test("a void function and the module's end", () => {
  assert.deepEqual(parseModule("").functions, []);
  assert.equal(parseModule("\n; nothing\n").functions.length, 0);
});

/** A body in a function of one block, with the message that refuses it. The body starts in line 3. */
const malformed: readonly (readonly [string, RegExp])[] = [
  ["  %1 = frobnicate i32 %0\n  ret", /^Error: line 3: unknown instruction "frobnicate"/],
  ["  %1 = add i33 %0, %0\n  ret", /line 3: expected a type, not "i33"/],
  ["  %1 = add i32 %0\n  ret", /line 3: expected ",", not "the end of the line"/],
  ["  %1 = add i32 %0, %0 %0\n  ret", /line 3: unexpected "%0"/],
  ["  %1 = add i32 %0, %9\n  ret", /%9 is not defined/],
  ["  %0 = add i32 %0, %0\n  ret", /line 3: %0 is defined twice/],
  ["  add i32 %0, %0\n  ret", /line 3: add gives a value that needs a name/],
  ["  %1 = zero %0+0, 8 align 8\n  ret", /line 3: zero gives no value/],
  ["  %1 = ult i64 %0, %0\n  ret", /line 3: ult compares i32, not i64/],
  ["  %1 = load u128 i64 %0+0\n  ret", /line 3: expected a memory type, not "u128"/],
  ['  %1 = slot 8 align 8 "\\q"\n  ret', /line 3: malformed string/],
  ['  %1 = core i64 nonsense "a" "0" = 0\n  ret', /line 3: unknown relocation kind "nonsense"/],
  ["  ret\n  ret", /line 4: the block has ended/],
  ["  jump bb7", /bb7 is not defined/],
  ["  jump bb1(%0)\nbb1:\n  ret", /wrong number of arguments/],
  ["bb1:\n  ret", /line 3: the block above has no terminator/],
  ["  jump bb0\nbb0:\n  ret", /line 4: bb0 is defined twice/],
  ["  %1 = add i32 %0, %0", /the last block has no terminator/],
  ["  ret ~", /line 3: unexpected "~"/],
];

test("malformed text is refused with its line", () => {
  for (const [body, message] of malformed) {
    assert.throws(() => parseModule(`func @f(%0: i32) -> void {\nbb0:\n${body}\n}\n`), message, body);
  }
  assert.throws(() => parseModule("func @f() -> void {\n  ret\n}\n"), /line 2: expected a block's label/);
  assert.throws(() => parseModule("func @f() -> void {\n}\n"), /function f has no blocks/);
  assert.throws(() => parseModule("func @f() -> void {\nbb0:\n  ret\n"), /function f has no closing brace/);
  assert.throws(() => parseModule("bb0:\n"), /line 1: expected "func"/);
});
