import assert from "node:assert/strict";
import { test } from "node:test";
import { painter, printable, wantsColor } from "./io.js";

test("colour only on a terminal that wants it", () => {
  const cases: readonly (readonly [isTTY: boolean | undefined, env: NodeJS.ProcessEnv, expected: boolean])[] = [
    [true, {}, true],
    [true, { TERM: "xterm-256color" }, true],
    [true, { NO_COLOR: "1" }, false],
    [true, { NO_COLOR: "" }, true],
    [true, { TERM: "dumb" }, false],
    [undefined, {}, false],
    [false, { TERM: "xterm" }, false],
  ];
  for (const [isTTY, env, expected] of cases) {
    assert.equal(wantsColor(isTTY === undefined ? {} : { isTTY }, env), expected, `${isTTY} ${JSON.stringify(env)}`);
  }
  assert.equal(painter(false)("red", "x"), "x");
  assert.equal(painter(true)("dim", "x"), "\u001b[2mx\u001b[0m");
});

test("control characters become visible", () => {
  const cases: readonly (readonly [text: string, expected: string])[] = [
    ["plain, ünïcode", "plain, ünïcode"],
    ["a\u001b[31mb", "a\\x1b[31mb"],
    ["a\nb\r\u0000", "a\\x0ab\\x0d\\x00"],
    ["\tx", "  x"],
    ["\u009b2J\u007f", "\\x9b2J\\x7f"],
  ];
  for (const [text, expected] of cases) assert.equal(printable(text), expected);
});
