// The licence in the object is the module's.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readObject } from "../object/read.js";
import { compile } from "./compile.js";
import { formatDiagnostics } from "./diagnostic.js";

const program = 'export const onExec = rawTracepoint("sched_process_exec", () => 0);';

/** The licence of a module with this line. */
function licenseOf(line: string): string {
  const folder = mkdtempSync(join(tmpdir(), "tsbpf-license-"));
  try {
    writeFileSync(join(folder, "texts.ts"), 'export const mine = "Dual BSD/GPL";\nexport const license = "MIT";\n');
    writeFileSync(join(folder, "entry.ts"), `import { rawTracepoint } from "tsbpf";\n${line}\n${program}\n`);
    const { object, diagnostics } = compile({ file: join(folder, "entry.ts") });
    assert.ok(object, formatDiagnostics(diagnostics));
    return readObject(object, "entry.bpf.o").license;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const cases: readonly (readonly [line: string, license: string])[] = [
  ["", "GPL"],
  ['export const license = "Dual MIT/GPL";', "Dual MIT/GPL"],
  ['export const license = "MIT" as const;', "MIT"],
  ['export { license } from "./texts.js";', "MIT"],
  ['export { mine as license } from "./texts.js";', "Dual BSD/GPL"],
  ['import { mine } from "./texts.js"; export const license = mine;', "Dual BSD/GPL"],
  // What is not exported, or not by this name, says nothing.
  ['import { license } from "./texts.js"; export const text = license;', "GPL"],
  ["export type license = string;", "GPL"],
];

for (const [line, license] of cases) {
  test(`${line || "nothing"}: ${license}`, () => assert.equal(licenseOf(line), license));
}
