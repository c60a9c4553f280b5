// A short form of the proof: random programs mean one thing in every way of running them. The long form is
// `npm run test:proof -- 20000`; more here: TSBPF_PROOF=2000 node --test …/proof/proof.test.js

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { compile, emit, optimise } from "../compiler/compile.js";
import { openProgram } from "../compiler/frontend/program.js";
import { mayLoad } from "../compiler/run.test.support.js";
import { describeSummary } from "./many.test.support.js";
import { proveInProcesses } from "./processes.test.support.js";
import { allConfigs } from "./ways.test.support.js";
import { makeRandom } from "./random.test.support.js";
import { randomModule } from "./generate.test.support.js";
import { printModule, printTree, shrink } from "./tree.test.support.js";

test("random programs agree in every way of running them", async (t) => {
  if (!mayLoad(t)) return;
  const programs = Number(process.env["TSBPF_PROOF"] ?? (process.env["CI"] ? 500 : 100));
  const options = { programs, seed: 1, kernel: true, report: (line: string) => t.diagnostic(line) };
  const summary = await proveInProcesses(options, availableParallelism());
  t.diagnostic(describeSummary(summary));
  assert.deepEqual(summary.failures, []);
  assert.ok(summary.programs >= programs);
});

test("a seed gives one module, another seed another", () => {
  const text = (seed: number): string => printModule(randomModule(seed, 3));
  assert.equal(text(5), text(5));
  assert.notEqual(text(5), text(6));
  assert.equal(makeRandom(3).bits(), makeRandom(3).bits());
});

test("a module is cut down to what is of interest", async () => {
  const module = randomModule(11, 4);
  const isOfInterest = async (candidate: typeof module): Promise<boolean> =>
    printModule(candidate).includes("const p2 =");
  const small = await shrink(module, isOfInterest);
  assert.equal(printTree(small.declarations), "");
  assert.match(
    printModule(small),
    /^(?:\/\/ kernel: [\d.]+\n)?import { rawTracepoint } from "tsbpf";\n\nexport const p2 = [^\n]*\n\n}\);\n$/,
  );
});

test("a module that is checked once and optimised once gives the objects that it gives one by one", () => {
  const folder = mkdtempSync(join(tmpdir(), "tsbpf-proof-"));
  try {
    const file = join(folder, "module.ts");
    writeFileSync(file, printModule(randomModule(5, 2)));
    const source = openProgram(file);
    assert.ok(source);
    const lowered = { all: optimise(source, { passes: "all" }), none: optimise(source, { passes: "none" }) };
    for (const { passes, cpu } of allConfigs) {
      const { object } = emit(source, lowered[passes], { cpu });
      assert.ok(object);
      assert.deepEqual(object, compile({ file, passes, cpu }).object, `passes ${passes}, ${cpu}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
