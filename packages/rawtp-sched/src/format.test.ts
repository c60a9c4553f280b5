// Events as text: times, names that try to break a line or a terminal, and that JSON stays JSON.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { formatExec, formatLostJson, formatLostText, formatTime, logfmtValue, quoted } from "./format.js";

const times: readonly (readonly [bigint, string])[] = [
  [0n, "1970-01-01T00:00:00.000000000Z"],
  [1_768_473_000_123_456_789n, "2026-01-15T10:30:00.123456789Z"],
  [1_768_473_000_999_999_999n, "2026-01-15T10:30:00.999999999Z"],
  [1_768_473_001_000_000_000n, "2026-01-15T10:30:01.000000000Z"],
  [1_768_473_000_000_000_001n, "2026-01-15T10:30:00.000000001Z"],
];

const values: readonly (readonly [string, string])[] = [
  ["ls", "ls"],
  ["kworker/0:1", "kworker/0:1"],
  ["[bracket]", "[bracket]"],
  ["", '""'],
  ["Web Content", '"Web Content"'],
  ["a=b", '"a=b"'],
  ['say "hi"', String.raw`"say \"hi\""`],
  ["back\\slash", String.raw`"back\\slash"`],
  ["new\nline", String.raw`"new\nline"`],
  ["\u0000\u001b[31m", String.raw`"\u0000\u001b[31m"`],
  ["del\u007f", String.raw`"del\u007f"`],
  ["c1\u009b31m", String.raw`"c1\u009b31m"`],
  ["caf\u00e9", '"caf\u00e9"'],
  ["\u202egnp", String.raw`"\u202egnp"`],
  ["\u2028", String.raw`"\u2028"`],
  ["\ud800", String.raw`"\ud800"`],
  ["\u{e0001}", String.raw`"\udb40\udc01"`],
  ["\u{1f600}", '"\u{1f600}"'],
];

describe("format", () => {
  for (const [timeNs, text] of times) it(`writes ${timeNs} ns`, () => assert.equal(formatTime(timeNs), text));

  for (const [text, expected] of values) {
    it(`writes the name ${JSON.stringify(text)}`, () => {
      assert.equal(logfmtValue(text), expected);
      assert.equal(JSON.parse(quoted(text)), text);
    });
  }

  it("lets no control character through, whichever it is", () => {
    for (let code = 0; code < 0x300; code += 1) {
      const text = logfmtValue(`a${String.fromCharCode(code)}b`);
      assert.doesNotMatch(text, /\p{C}/u, `U+${code.toString(16)}`);
    }
  });

  it("writes events and losses", () => {
    const record = { timeNs: 1_768_473_000_123_456_789n, pid: 1234, tgid: 1230, comm: "ls" };
    assert.equal(formatExec(record, "line"), "2026-01-15T10:30:00.123456789Z pid=1234 tgid=1230 comm=ls\n");
    assert.equal(
      formatExec(record, "json"),
      '{"time":"2026-01-15T10:30:00.123456789Z","pid":1234,"tgid":1230,"comm":"ls"}\n',
    );
    assert.equal(formatLostJson({ cpu: 3, count: 17 }), '{"lost":17,"cpu":3}\n');
    assert.equal(formatLostJson({ cpu: undefined, count: 2 }), '{"lost":2,"cpu":null}\n');
    assert.equal(formatLostText({ cpu: 3, count: 17 }), "lost 17 events on CPU 3: its buffer was full\n");
    assert.equal(formatLostText({ cpu: 0, count: 1 }), "lost 1 event on CPU 0: its buffer was full\n");
  });
});
