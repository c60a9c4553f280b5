import assert from "node:assert/strict";
import { test } from "node:test";
import { casesFolder, mayLoad, objectOf } from "../compiler/run.test.support.js";
import { load } from "../loader/load.js";
import type { ProgArray } from "../lang/map-types.js";
import type { Program } from "../lang/types.js";
import { emulate } from "./emulate.js";

/** What `typeof import("…/tail-calls.js")` looks like. */
interface TailCalls {
  readonly steps: ProgArray;
  readonly spare: ProgArray;
  readonly start: Program<"raw_tracepoint">;
  readonly next: Program<"raw_tracepoint">;
  readonly firewall: Program<"xdp">;
  readonly incoming: Program<"tcx/ingress">;
  readonly outgoing: Program<"tcx/egress">;
}

const file = `${casesFolder}emulate/tail-calls.ts`;
const ofAnotherKind = /EINVAL.*is of another kind than the programs that use the array/;

test("a tail call runs the program that the test has put into the array", async () => {
  const { programs, maps } = await emulate<TailCalls>(file);
  const answer = (): number => programs.start.run({ args: [1n] }).returnValue;
  assert.equal(answer(), 1);
  maps.steps.set(1, programs.next);
  assert.equal(answer(), 2);
  assert.equal(maps.steps.delete(1), true);
  assert.equal(answer(), 1);
  assert.throws(() => maps.steps.set(2, programs.next), /index 2/);
});

test("an array takes programs of one kind", async () => {
  const { programs, maps } = await emulate<TailCalls>(file);
  assert.throws(() => maps.steps.set(0, programs.firewall), ofAnotherKind);
  maps.spare.set(0, programs.incoming);
  assert.throws(() => maps.spare.set(1, programs.start), ofAnotherKind);
  assert.throws(() => maps.spare.set(1, programs.outgoing), ofAnotherKind);
  assert.equal(programs.start.run({ args: [0n] }).returnValue, 1);
});

test("an array of the kernel takes programs of one kind", async (t) => {
  if (!mayLoad(t)) return;
  await using object = await load<TailCalls>(objectOf(file, "all", "v3"));
  const { programs, maps } = object;
  maps.steps.set(1, programs.next);
  assert.throws(() => maps.steps.set(0, programs.firewall), ofAnotherKind);
  maps.spare.set(0, programs.incoming);
  assert.throws(() => maps.spare.set(1, programs.start), ofAnotherKind);
});
