// The programs of test/cases/run mean in the kernel what they mean in JavaScript: each is run as JavaScript, in the IR
// interpreter and in the live kernel, with and without the optimising passes, at every instruction set level.
// The values at the edges and more random ones: TSBPF_FUZZ=500 node --test …/compiler/run.test.js

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { compile } from "./compile.js";
import {
  casesFolder,
  levelsOf,
  mayLoad,
  objectOf,
  runInterpreter,
  runJavaScript,
  runKernel,
  type Input,
  type Results,
} from "./run.test.support.js";

const folder = `${casesFolder}run/`;
const edges = [
  0n,
  1n,
  2n,
  7n,
  31n,
  63n,
  64n,
  127n,
  128n,
  255n,
  256n,
  0x7fffn,
  0x8000n,
  0xffffn,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0x100000000n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 2n,
  2n ** 64n - 1n,
];
const inputs = makeInputs(Number(process.env["TSBPF_FUZZ"] ?? 24));

/** Twelve values each: the edges against each other, then values from a fixed seed, most of them small. */
function makeInputs(randomCount: number): readonly Input[] {
  const shifted = [0, 1, 5, 11].flatMap((shift) =>
    edges.map((_, at) => Array.from({ length: 12 }, (__, index) => edges[(at + index * shift) % edges.length] ?? 0n)),
  );
  let state = 0x9e3779b97f4a7c15n;
  const next = (): bigint => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    const bits = [4n, 8n, 16n, 32n, 33n, 64n][Number(state >> 61n) % 6] ?? 64n;
    return BigInt.asUintN(Number(bits), (state >> 29n) ^ (state << 19n));
  };
  const random = Array.from({ length: randomCount }, () => Array.from({ length: 12 }, next));
  return [...shifted, ...random];
}

/** Names the first input where two ways of running differ. */
function compare(expected: Results, actual: Results, how: string): void {
  assert.deepEqual([...actual.keys()].sort(), [...expected.keys()].sort(), how);
  for (const [name, values] of expected) {
    const results = actual.get(name) ?? [];
    const at = values.findIndex((value, index) => value !== results[index]);
    if (at < 0) continue;
    const args = inputs[at]?.map((value) => `0x${value.toString(16)}`).join(", ");
    assert.fail(`${name}, ${how}: ${results[at]} instead of ${values[at]} for [${args}]`);
  }
}

for (const name of readdirSync(folder)
  .filter((file) => file.endsWith(".ts") && !file.startsWith("module-"))
  .sort()) {
  test(`run ${name}`, async (t) => {
    const file = folder + name;
    const expected = await runJavaScript(file, inputs);
    assert.ok(expected.size > 0, "no programs");
    for (const passes of ["none", "all"] as const) {
      compare(expected, runInterpreter(file, inputs, passes), `interpreter, passes ${passes}`);
    }
    if (!mayLoad(t)) return;
    for (const passes of ["none", "all"] as const) {
      for (const cpu of levelsOf(file)) {
        compare(expected, await runKernel(objectOf(file, passes, cpu), inputs), `kernel, passes ${passes}, cpu ${cpu}`);
      }
    }
  });
}

for (const name of ["unrolled.ts", "text.ts"]) {
  test(`run ${name} without a jump back`, async (t) => {
    const file = folder + name;
    let listing = "";
    const dump = (stage: string, text: string): void => {
      if (stage === "asm") listing = text;
    };
    assert.ok(compile({ file, kernel: "4.19", cpu: "v1", dump }).object);
    assert.match(listing, /goto \+/);
    assert.doesNotMatch(listing, /goto -/);
    if (!mayLoad(t)) return;
    compare(
      await runJavaScript(file, inputs),
      await runKernel(objectOf(file, "all", "v1", "4.19"), inputs),
      "unrolled",
    );
  });
}
