// Skipped runs, from what the kernel says in /proc.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createSkipCounter } from "./skipped.js";

const cases: readonly (readonly [string, readonly string[], readonly number[]])[] = [
  ["tells each once", ["recursion_misses:\t0", "recursion_misses:\t5", "recursion_misses:\t5"], [0, 5, 0]],
  ["finds the line among others", ["prog_id:\t2\nrecursion_misses:\t47\nverified_insns:\t38\n"], [47]],
  ["takes no count for none", ["prog_id:\t2\n", "", "recursion_misses:\t3"], [0, 0, 3]],
];

describe("skipped runs", () => {
  for (const [name, texts, expected] of cases) {
    it(name, () => {
      const left = [...texts];
      const counter = createSkipCounter(9, (path) => {
        assert.equal(path, "/proc/self/fdinfo/9");
        return left.shift() ?? "";
      });
      assert.deepEqual(
        texts.map(() => counter.take()),
        expected,
      );
    });
  }
  it("reads a descriptor that is no program, and one that does not exist", () => {
    assert.equal(createSkipCounter(0).take(), 0);
    assert.equal(createSkipCounter(999_999).take(), 0);
  });
});
