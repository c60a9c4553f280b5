// The compiler never throws, whatever the source is, and what it makes an object of passes the verifier. More than the
// usual number: TSBPF_FUZZ=5000 node --test …/compiler/mutations.test.js; from another seed: TSBPF_FUZZ_SEED=17.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { NotSupportedError, PermissionError, VerifierError } from "../loader/errors.js";
import { load } from "../loader/load.js";
import { compile, type CompileOptions } from "./compile.js";
import { formatDiagnostics } from "./diagnostic.js";
import { makeMutant, partModules, type Mutant } from "./mutations.test.support.js";
import { mayLoad } from "./run.test.support.js";
import { makeTreeMutant } from "./tree-mutants.test.support.js";

const count = Number(process.env["TSBPF_FUZZ"] ?? 150);
const first = Number(process.env["TSBPF_FUZZ_SEED"] ?? 1);

test("programs with mutated tokens", (t) => tryAll(t, makeMutant));
test("programs with mutated trees", (t) => tryAll(t, makeTreeMutant));

async function tryAll(t: TestContext, make: (seed: number) => Mutant | undefined): Promise<void> {
  const canLoad = mayLoad(t);
  const folder = mkdtempSync(join(tmpdir(), "tsbpf-mutants-"));
  t.after(() => rmSync(folder, { recursive: true }));
  for (const { name, text } of partModules()) writeFileSync(join(folder, name), text);
  const faults: string[] = [];
  let made = 0;
  for (let seed = first; seed < first + count; seed++) {
    const mutant = make(seed);
    const object = mutant && tryCompile(folder, mutant, targetOf(seed), faults);
    if (!object) continue;
    made++;
    if (canLoad) await tryLoad(object, mutant, faults);
  }
  t.diagnostic(`${made} of ${count} compiled`);
  assert.deepEqual(faults, []);
  assert.ok(made > count / 20, `only ${made} of ${count} mutants compiled: too few to say anything`);
}

type MutantTarget = Required<Pick<CompileOptions, "cpu" | "kernel" | "passes">>;

/** Most for the usual target, some for each of the others. */
function targetOf(seed: number): MutantTarget {
  const usual: MutantTarget = { cpu: "v3", kernel: "5.10", passes: "all" };
  const others: readonly Partial<MutantTarget>[] = [
    { cpu: "v1" },
    { cpu: "v2" },
    { cpu: "v4" },
    { passes: "none" },
    { kernel: "5.2" },
  ];
  return { ...usual, ...others[seed % 10] };
}

function tryCompile(
  folder: string,
  { name, text }: Mutant,
  target: MutantTarget,
  faults: string[],
): Uint8Array | undefined {
  const file = join(folder, "mutant.ts");
  writeFileSync(file, text);
  try {
    const { object, diagnostics } = compile({ file, ...target, verify: true });
    assert.ok(object || diagnostics.length > 0, "neither an object nor a diagnostic");
    formatDiagnostics(diagnostics);
    return object;
  } catch (error) {
    const stack = error instanceof Error ? error.stack : String(error);
    faults.push(`${name} ${JSON.stringify(target)}: ${stack}\n${text}`);
    return undefined;
  }
}

async function tryLoad(object: Uint8Array, { name, text }: Mutant, faults: string[]): Promise<void> {
  try {
    await using loaded = await load(object);
    void loaded;
  } catch (error) {
    if (isOfThisMachine(error)) return;
    const message = error instanceof VerifierError ? `${error.message}\n${error.log.slice(-3000)}` : String(error);
    faults.push(`${name} does not load: ${message}\n${text}`);
  }
}

/** How much memory there is, and what this kernel has and lets one do, the program cannot know. */
function isOfThisMachine(error: unknown): boolean {
  if (error instanceof NotSupportedError || error instanceof PermissionError) return true;
  return /ENOMEM|E2BIG|this kernel has no/.test(String(error));
}
