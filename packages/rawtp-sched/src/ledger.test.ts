// The sum of losses.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createLedger } from "./ledger.js";

describe("ledger", () => {
  it("has nothing to say when nothing was lost", () => assert.equal(createLedger().summary(), ""));

  it("sums up by CPU and cause", () => {
    const ledger = createLedger();
    for (const [cpu, count] of [
      [0, 2],
      [1, 1],
      [0, 3],
      [undefined, 4],
    ] as const)
      ledger.add({ cpu, count });
    assert.equal(
      ledger.summary(),
      "lost in all: 10\n" +
        "  lost 5 events on CPU 0: its buffer was full\n" +
        "  lost 1 event on CPU 1: its buffer was full\n" +
        "  lost 4 events: the kernel skipped the program, which it had preempted for another process\n",
    );
  });
});
