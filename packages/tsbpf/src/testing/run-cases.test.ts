// The programs of test/cases/run mean in the virtual machine what they mean in JavaScript (compiler/run.test.ts
// compares the kernel): every access of every program is also checked exactly here.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { casesFolder, contextBytes, objectOf, runJavaScript, type Input } from "../compiler/run.test.support.js";
import type { CpuLevel } from "../compiler/codegen/code.js";
import { emulate } from "./emulate.js";

const folder = `${casesFolder}run/`;
const levels: readonly CpuLevel[] = ["v1", "v2", "v3", "v4"];
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
const inputs: readonly Input[] = [0, 1, 5, 11].flatMap((shift) =>
  edges.map((_, at) => Array.from({ length: 12 }, (__, index) => edges[(at + index * shift) % edges.length] ?? 0n)),
);

/** Those that the case names, "// cpu: v3 v4", where it needs what others do not have. */
function levelsOf(file: string): readonly CpuLevel[] {
  const named = /^\/\/ cpu: (.+)$/m.exec(readFileSync(file, "utf8"))?.[1]?.split(" ");
  return named ? levels.filter((level) => named.includes(level)) : levels;
}

const files = readdirSync(folder).filter((file) => file.endsWith(".ts") && !file.startsWith("module-"));
for (const name of files.sort()) {
  test(`emulate ${name}`, async () => {
    const file = folder + name;
    const expected = await runJavaScript(file, inputs);
    assert.ok(expected.size > 0, "no programs");
    for (const cpu of levelsOf(file)) {
      // Unoptimised code goes through the same code generator: one level is enough.
      for (const passes of cpu === "v3" ? (["all", "none"] as const) : (["all"] as const)) {
        const { programs } = await emulate(objectOf(file, passes, cpu));
        for (const [program, results] of expected) {
          inputs.forEach((args, at) => {
            const outcome = programs[program]?.run(contextBytes(args)) ?? assert.fail(`no program ${program}`);
            const how = `${program}, passes ${passes}, cpu ${cpu}, for [${args.join(", ")}]`;
            assert.equal(outcome.returnValue >>> 0, results[at], how);
          });
        }
      }
    }
  });
}
