// The command line, argument list by argument list.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseArguments } from "./arguments.js";

const options = { objectPath: undefined, btfPath: undefined, format: "line" };

const right: readonly (readonly [string, object])[] = [
  ["", options],
  ["--format json", { ...options, format: "json" }],
  ["--format=json", { ...options, format: "json" }],
  ["--format json --format line", options],
  ["--object a.o --btf=vmlinux", { ...options, objectPath: "a.o", btfPath: "vmlinux" }],
  ["--object=a=b.o", { ...options, objectPath: "a=b.o" }],
];

const wrong: readonly (readonly [string, string])[] = [
  ["--objct a.o", 'unknown option "--objct" (did you mean --object?)'],
  ["--frobnicate", 'unknown option "--frobnicate" (see --help)'],
  ["-x", 'unknown option "-x" (see --help)'],
  ["--hel", 'unknown option "--hel" (did you mean --help?)'],
  ["a.o", 'unexpected argument "a.o" (see --help)'],
  ["--object", "option --object needs a value"],
  ["--btf=", "option --btf needs a value"],
  ["--version=1", "option --version takes no value"],
  ["--format xml", 'unknown format "xml" (line or json)'],
];

const list = (text: string): string[] => text.split(" ").filter((word) => word !== "");

describe("arguments", () => {
  for (const [text, expected] of right) {
    it(`accepts "${text}"`, () => assert.deepEqual(parseArguments(list(text)), { kind: "run", options: expected }));
  }
  for (const [text, message] of wrong) {
    it(`refuses "${text}"`, () => assert.deepEqual(parseArguments(list(text)), { kind: "error", message }));
  }
  it("answers --help and --version before it complains of what follows", () => {
    assert.deepEqual(parseArguments(["--help", "--wrong"]), { kind: "help" });
    assert.deepEqual(parseArguments(["-h"]), { kind: "help" });
    assert.deepEqual(parseArguments(["--format", "json", "--version"]), { kind: "version" });
  });
});
