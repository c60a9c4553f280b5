// The kernel takes 64 maps for a program: one more is a diagnostic, and so many load.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { load } from "../loader/load.js";
import { compile, type CompileResult } from "./compile.js";
import { mayLoad } from "./run.test.support.js";
import { USED_MAPS_MAX } from "./used-maps.js";

const folder = mkdtempSync(join(tmpdir(), "tsbpf-used-maps-"));
after(() => rmSync(folder, { recursive: true }));

/** A program that names so many maps, half of them in functions that it calls, and a variable. */
function compileWith(count: number): CompileResult {
  const names = Array.from({ length: count - 1 }, (_, index) => `m${index}`);
  const maps = names.map((name) => `export const ${name} = hashMap(u32, u64, { maxEntries: 2 });`);
  const sets = names.map((name) => `  ${name}.set(key, 1n);`);
  const half = Math.floor(sets.length / 2);
  const source = [
    'import { global, globalFunction, hashMap, rawTracepoint, u32, u64 } from "tsbpf";',
    "export const seen = global(u64);",
    ...maps,
    `export const first = globalFunction((key: u32): u32 => {\n${sets.slice(0, half).join("\n")}\n  return key;\n});`,
    `export const p = rawTracepoint("sched_process_exec", () => {\n  const key = first(1);\n  seen.value += 1n;`,
    ...sets.slice(half),
    "});",
  ];
  const file = join(folder, `maps-${count}.ts`);
  writeFileSync(file, source.join("\n"));
  return compile({ file, verify: true, kernel: "5.10" });
}

test("more maps than the kernel takes", () => {
  const { object, diagnostics } = compileWith(USED_MAPS_MAX + 1);
  assert.equal(object, undefined);
  assert.deepEqual(
    diagnostics.map(({ code, message }) => `${code} ${message}`),
    ["TSB9005 'p' uses 65 maps, and the kernel takes 64 for a program (constants and variables lie in maps too)"],
  );
});

test("as many maps as the kernel takes", async (t) => {
  if (!mayLoad(t)) return;
  const { object } = compileWith(USED_MAPS_MAX);
  assert.ok(object);
  await using loaded = await load(object);
  assert.ok(loaded.programs["p"]);
});
