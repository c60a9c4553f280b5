// docs/diagnostics.md says what the compiler says: each code has a wrong example that gets it, at the marked line and
// nothing else, and a right one that compiles and loads. BLESS=1 writes the page.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import * as language from "../index.js";
import { NotSupportedError, PermissionError } from "../loader/errors.js";
import { load } from "../loader/load.js";
import { formatDiagnostics, type Diagnostic } from "./diagnostic.js";
import { compileExample, expectedPlaces, readExamples, renderPage } from "./diagnostics-page.test.support.js";
import { messages } from "./messages.js";
import { mayLoad } from "./run.test.support.js";

const page = fileURLToPath(new URL("../../../../docs/diagnostics.md", import.meta.url));
const examples = readExamples();
const said = new Map<string, Diagnostic | undefined>();
/** Types that examples name are exported as well, but not seen at run time. */
const types = ["i32", "Ptr", "Chars", "UserPtr", "FixedArray", "TpBtfContext", "FexitContext", "Value"];
const exported = [...new Set([...Object.keys(language), ...types])];

/** What no module can show: no file, a path that TypeScript sees as well, far too much of a thing. */
const withoutExample: ReadonlySet<string> = new Set(
  [messages.fileNotFound, messages.missingReturn, messages.nestsTooDeeply, messages.tooManyMaps].map(
    ({ code }) => code,
  ),
);

for (const example of examples) {
  if (withoutExample.has(example.code)) continue;
  test(`example of ${example.code}`, async (t) => {
    const wrong = compileExample(example, "wrong", exported);
    said.set(example.code, wrong.diagnostics[0]);
    assert.deepEqual(wrong.found, expectedPlaces(example), formatDiagnostics(wrong.diagnostics));
    assert.equal(wrong.diagnostics[0]?.code, example.code);
    const right = compileExample(example, "right", exported);
    assert.ok(right.object, formatDiagnostics(right.diagnostics));
    if (!mayLoad(t)) return;
    try {
      await using object = await load(right.object);
      void object;
    } catch (error) {
      // Kinds of programs that this kernel does not have, or does not let us load.
      if (!(error instanceof NotSupportedError) && !(error instanceof PermissionError)) throw error;
    }
  });
}

test("every code has its example", () => {
  const known = new Set(examples.map(({ code }) => code));
  const missing = Object.values(messages).filter(({ code }) => !known.has(code));
  assert.deepEqual(
    missing.map(({ code }) => code),
    [],
  );
});

test("docs/diagnostics.md is what the examples say", () => {
  const text = renderPage(examples, said);
  if (process.env["BLESS"] === "1") writeFileSync(page, text);
  assert.equal(text, readFileSync(page, "utf8"), "BLESS=1 accepts this; read the diff then");
});
