import assert from "node:assert/strict";
import { test } from "node:test";
import { copyFunc } from "./copy.js";
import { parseModule } from "./parse.js";
import { printFunc } from "./text.js";
import { verifyFunc } from "./verify.js";

const loop = `func @loop(%0: ptr) -> i64 section "raw_tracepoint/x" {
bb0:
  %1 = const i64 0
  %2 = slot 8 align 8 "s"
  jump bb1(%1)
bb1(%3: i64):
  %4 = load u64 i64 %0+8
  store u64 %2+0, %4
  %5 = add i64 %3, %4
  %6 = ult i64 %5, %4
  br %6, bb1(%5), bb2
bb2:
  ret %5
}
`;

test("a copy says the same, and shares nothing that a pass changes", () => {
  const [func] = parseModule(loop).functions;
  assert.ok(func);
  const text = printFunc(func);
  const copy = copyFunc(func);
  verifyFunc(copy);
  assert.equal(printFunc(copy), text);
  for (const block of copy.blocks) {
    block.params.length = 0;
    for (const inst of block.insts) inst.args.length = 0;
    block.insts.length = 0;
    block.term = { op: "unreachable", span: undefined };
  }
  assert.equal(printFunc(func), text);
});
