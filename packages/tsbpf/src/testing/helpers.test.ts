// Helpers in the virtual machine and in the live kernel: the same flags and sizes get the same answers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { casesFolder, contextBytes, mayLoad, objectOf } from "../compiler/run.test.support.js";
import { load } from "../loader/load.js";
import { emulate } from "./emulate.js";
import type { EmulatedEvents } from "./types.js";

const file = `${casesFolder}emulate/helpers.ts`;

/** Program, first argument, answer. */
const answers: readonly (readonly [string, bigint, number])[] = [
  ["output", 0n, 0],
  ["output", 1n, 0],
  ["output", 2n, 0],
  ["output", 4n, -22],
  ["output", 1n << 32n, -22],
  ["compare", 0n, -1],
  ["compare", 1n, 1],
  ["compare", 2n, 0],
  ["oddStack", 0n, -22],
  ["evenStack", 0x200n, -22],
  ["evenStack", 1n << 32n, -22],
];

test("helpers answer in the virtual machine as is written here", async () => {
  const { programs } = await emulate(file, { kernel: "5.17" });
  for (const [program, argument, expected] of answers) {
    const { returnValue } = programs[program]?.run({ args: [argument] }) ?? assert.fail(program);
    assert.equal(returnValue, expected, `${program}(${argument})`);
  }
});

test("helpers answer in the kernel as is written here", async (t) => {
  if (!mayLoad(t)) return;
  await using object = await load(objectOf(file, "all", "v3", "5.17"));
  for (const [program, argument, expected] of answers) {
    const context = contextBytes([argument]);
    const { returnValue } = object.programs[program]?.testRun({ context }) ?? assert.fail(program);
    assert.equal(returnValue | 0, expected, `${program}(${argument})`);
  }
});

test("a record waits for those that were reserved before it", async () => {
  const { programs, maps } = await emulate(file, { kernel: "5.17" });
  assert.equal(programs["order"]?.run().returnValue, 0);
  assert.deepEqual((maps["ring"] as EmulatedEvents<unknown>).events, [{ number: 1 }, { number: 2 }]);
});

test("a stack is as long as the machine's, without what is to be skipped", async () => {
  const machine = await emulate(file, { kernel: "5.17" });
  machine.kernelStack = [1n, 2n, 3n];
  const taken = [0n, 2n, 3n, 4n].map((skip) => machine.programs["evenStack"]?.run({ args: [skip] }).returnValue);
  assert.deepEqual(taken, [24, 8, 0, -14]);
});
