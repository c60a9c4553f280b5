// Random functions mean the same before and after every pass and after the whole pipeline.
// RANDOM_IR_COUNT=20000 RANDOM_IR_SEED=1 node --test …/random-ir.test.js runs more of them.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Func } from "../ir/ir.js";
import { parseModule } from "../ir/parse.js";
import { printFunc, printModule } from "../ir/text.js";
import { verifyFunc } from "../ir/verify.js";
import { allPasses, runPass, runPasses } from "./pipeline.js";
import { randomFunction, traceFunction } from "./random-ir.test.util.js";

const count = Number(process.env["RANDOM_IR_COUNT"] ?? 300);
const firstSeed = Number(process.env["RANDOM_IR_SEED"] ?? 1);

function checkSame(what: string, seed: number, change: (func: Func) => void): Func {
  const func = randomFunction(seed);
  const before = printFunc(func);
  const expected = traceFunction(func);
  try {
    change(func);
    verifyFunc(func);
    assert.deepEqual(traceFunction(func), expected);
  } catch (cause) {
    const message = `${what} breaks the function of seed ${seed}: ${String(cause)}`;
    throw new Error(`${message}\n---- before ----\n${before}\n---- after ----\n${printFunc(func)}`, { cause });
  }
  return func;
}

test(`${count} random functions: what the builder makes is valid, and its text reads back`, () => {
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const func = randomFunction(seed);
    verifyFunc(func);
    const text = printFunc(func);
    const again = parseModule(text);
    assert.equal(printModule(again), text, `seed ${seed}`);
    for (const parsed of again.functions) {
      verifyFunc(parsed);
      assert.deepEqual(traceFunction(parsed), traceFunction(func), `seed ${seed}`);
    }
  }
});

for (const pass of allPasses) {
  test(`${count} random functions mean the same after ${pass.name}`, () => {
    for (let seed = firstSeed; seed < firstSeed + count; seed++) {
      checkSame(pass.name, seed, (func) => runPass(pass, func, true));
    }
  });
}

for (const passes of ["all", "none"] as const) {
  test(`${count} random functions mean the same after the pipeline (passes: ${passes})`, () => {
    const lowered = new Set(["kread", "kreadinto", "zero", "copy"]);
    for (let seed = firstSeed; seed < firstSeed + count; seed++) {
      const func = checkSame("the pipeline", seed, (before) => {
        runPasses({ functions: [before] }, { verify: true, passes });
      });
      const left = func.blocks.flatMap((block) => block.insts).filter((inst) => lowered.has(inst.op));
      assert.deepEqual(
        left.map((inst) => inst.op),
        [],
        `seed ${seed}`,
      );
    }
  });
}
