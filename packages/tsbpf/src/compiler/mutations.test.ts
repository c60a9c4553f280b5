// The compiler never throws, whatever the source is, and what it makes an object of passes the verifier. More than the
// usual number: TSBPF_FUZZ=5000 node --test …/compiler/mutations.test.js; from another seed: TSBPF_FUZZ_SEED=17.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { VerifierError } from "../loader/errors.js";
import { load } from "../loader/load.js";
import { compile } from "./compile.js";
import { formatDiagnostics } from "./diagnostic.js";
import { makeMutant, partModules, type Mutant } from "./mutations.test.support.js";
import { mayLoad } from "./run.test.support.js";

test("mutated programs", async (t) => {
  const count = Number(process.env["TSBPF_FUZZ"] ?? 300);
  const first = Number(process.env["TSBPF_FUZZ_SEED"] ?? 1);
  const canLoad = mayLoad(t);
  const folder = mkdtempSync(join(tmpdir(), "tsbpf-mutants-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const { name, text } of partModules()) writeFileSync(join(folder, name), text);
  const faults: string[] = [];
  let made = 0;
  for (let seed = first; seed < first + count; seed++) {
    const mutant = makeMutant(seed);
    const object = tryCompile(folder, mutant, faults);
    if (!object) continue;
    made++;
    if (canLoad) await tryLoad(object, mutant, faults);
  }
  t.diagnostic(`${made} of ${count} compiled`);
  assert.deepEqual(faults, []);
  assert.ok(made > count / 20, `only ${made} of ${count} mutants compiled: too few to say anything`);
});

function tryCompile(folder: string, { name, text }: Mutant, faults: string[]): Uint8Array | undefined {
  const file = join(folder, "mutant.ts");
  writeFileSync(file, text);
  try {
    const { object, diagnostics } = compile({ file, verify: true });
    assert.ok(object || diagnostics.length > 0, "neither an object nor a diagnostic");
    formatDiagnostics(diagnostics);
    return object;
  } catch (error) {
    faults.push(`${name}: ${error instanceof Error ? error.stack : String(error)}\n${text}`);
    return undefined;
  }
}

async function tryLoad(object: Uint8Array, { name, text }: Mutant, faults: string[]): Promise<void> {
  try {
    await using loaded = await load(object);
    void loaded;
  } catch (error) {
    // How much memory there is, the program cannot know.
    if (/ENOMEM|E2BIG/.test(String(error))) return;
    const message = error instanceof VerifierError ? `${error.message}\n${error.log.slice(-3000)}` : String(error);
    faults.push(`${name} does not load: ${message}\n${text}`);
  }
}
