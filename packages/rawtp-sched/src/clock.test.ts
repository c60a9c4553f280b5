// The conversion of clocks, on clocks that the test itself turns.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Clocks, createWallClock } from "./clock.js";

/** Every look at a clock takes `stepNs`; the wall clock is `offsetNs` ahead and shows whole milliseconds. */
function fakeClocks(stepNs: bigint, startNs: bigint, offsetNs: bigint): Clocks & { turn(ns: bigint): void } {
  let nowNs = startNs;
  let aheadNs = offsetNs;
  const look = (): bigint => (nowNs += stepNs);
  return {
    monotonicNs: look,
    wallMs: () => Number((look() + aheadNs) / 1_000_000n),
    turn: (ns) => {
      aheadNs += ns;
    },
  };
}

const within = (actual: bigint, expected: bigint, toleranceNs: bigint): void => {
  const distance = actual > expected ? actual - expected : expected - actual;
  assert.ok(distance <= toleranceNs, `${actual} is not within ${toleranceNs} of ${expected}`);
};

describe("clock", () => {
  const offset = 1_768_473_000_123_456_789n;
  for (const start of [0n, 999_999n, 123_456_789n]) {
    it(`finds the offset to a look's duration, started at ${start} ns`, () => {
      within(createWallClock(fakeClocks(100n, start, offset)).wallNs(5n), offset + 5n, 200n);
    });
  }

  const turns: readonly (readonly [string, bigint])[] = [
    ["a step forward", 3_600_000_000_000n],
    ["a step back", -3_600_000_000_000n],
    ["three milliseconds", 4_000_000n],
  ];
  for (const [name, turnNs] of turns) {
    it(`follows ${name} of the wall clock`, () => {
      const clocks = fakeClocks(100n, 0n, offset);
      const clock = createWallClock(clocks);
      clocks.turn(turnNs);
      within(clock.wallNs(0n), offset, 200n);
      clock.adjust();
      within(clock.wallNs(0n), offset + turnNs, 200n);
    });
  }

  it("keeps its offset while the clocks agree", () => {
    const clock = createWallClock(fakeClocks(100n, 0n, offset));
    const before = clock.wallNs(0n);
    for (let round = 0; round < 1000; round += 1) clock.adjust();
    assert.equal(clock.wallNs(0n), before);
  });
});
