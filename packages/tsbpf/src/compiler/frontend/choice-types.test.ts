// The type of a choice is what TypeScript says of it, and a long chain of choices takes no longer than it must.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { compile } from "../compile.js";
import { choiceType } from "./choice-types.js";
import { openProgram } from "./program.js";
import { declaredType } from "./types.js";
import { ts } from "./typescript.js";

const folder = mkdtempSync(join(tmpdir(), "tsbpf-choices-"));
after(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const arms = ["1", "0", "n", "a", "b", "w", "s", "5n", "big", "yes", "true", "missing", "n > 3", "undefined", "null"];
const pairs = arms.flatMap((x) => arms.map((y) => `${x} : ${y}`));
const choices = pairs.flatMap((pair, index) => [`yes ? ${pair}`, `yes ? ${arms[index % 15]} : (no ? ${pair})`]);
const parameters =
  "n: number, a: u8, b: i32, w: u64, s: i64, big: bigint, yes: boolean, no: boolean, missing: u32 | undefined";
const text = `import type { i32, i64, u8, u32, u64 } from "tsbpf";\nexport function f(${parameters}) {\n`;

test("a choice has the type that TypeScript finds for it", () => {
  const source = openProgram(write("choices.ts", `${text}${choices.map((one) => `  void (${one});\n`).join("")}}\n`));
  assert.ok(source);
  assert.deepEqual(source.diagnostics, []);
  const { checker } = source;
  let seen = 0;
  const visit = (node: ts.Node): void => {
    if (ts.isConditionalExpression(node)) {
      seen++;
      assert.deepEqual(
        choiceType(checker, node),
        declaredType(checker, checker.getTypeAtLocation(node)),
        node.getText(),
      );
    }
    ts.forEachChild(node, visit);
  };
  visit(source.entry);
  assert.equal(seen, 3 * pairs.length);
});

test("four hundred choices in a row", () => {
  const chain = Array.from({ length: 400 }, (_, index) => `k === ${index} ? ${index * 3} : `).join("");
  const handler = `(ctx) => { const k = u32(ctx.args[0]); return ${chain}0; }`;
  const program = `import { rawTracepoint, u32 } from "tsbpf";\nexport const p = rawTracepoint("sys_enter", ${handler});\n`;
  const start = performance.now();
  assert.ok(compile({ file: write("chain.ts", program) }).object);
  // With a question to TypeScript for each of them, two minutes.
  assert.ok(performance.now() - start < 20_000);
});
