// What representative programs become: the IR as it is lowered and the machine code, beside each of test/cases/lang.
// BLESS=1 rewrites what is expected. What they do is in lang-live.test.ts.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { compile } from "./compile.js";
import { formatDiagnostics } from "./diagnostic.js";
import { casesFolder, kernelOf } from "./run.test.support.js";

const folder = `${casesFolder}lang/`;

for (const name of readdirSync(folder)
  .filter((file) => file.endsWith(".ts"))
  .sort()) {
  test(`lang ${name}`, () => {
    const texts: string[] = [];
    const dump = (stage: string, text: string): void => {
      if (stage === "ir" || stage === "asm") texts.push(`== ${stage}\n${text}`);
    };
    const { object, diagnostics } = compile({
      file: folder + name,
      kernel: kernelOf(folder + name),
      verify: true,
      dump,
    });
    assert.ok(object, formatDiagnostics(diagnostics, { cwd: casesFolder }));
    const golden = folder + name.replace(/\.ts$/, ".txt");
    const text = texts.join("\n");
    if (process.env["BLESS"] === "1") writeFileSync(golden, text);
    const known = existsSync(golden) ? readFileSync(golden, "utf8") : "";
    assert.equal(text, known, `${golden}: BLESS=1 accepts this; read the diff then`);
  });
}
