// Runs one random module in every way there is and compares: as JavaScript, in the IR interpreter, and in the live
// kernel; with and without the optimising passes; at each level of the instruction set.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CpuLevel } from "../compiler/codegen/code.js";
import { compile } from "../compiler/compile.js";
import type { Diagnostic } from "../compiler/diagnostic.js";
import {
  runInterpreter,
  runJavaScript,
  runKernel,
  type Input,
  type Passes,
  type Results,
} from "../compiler/run.test.support.js";

/** How a module's object is made. */
export interface Config {
  readonly passes: Passes;
  readonly cpu: CpuLevel;
}

const levels: readonly CpuLevel[] = ["v1", "v2", "v3", "v4"];
export const allConfigs: readonly Config[] = (["all", "none"] as const).flatMap((passes) =>
  levels.map((cpu) => ({ passes, cpu })),
);

export type Outcome =
  | { readonly kind: "agreed" }
  /** The language does not take the module: the generator's mistake, or a limit of the language. */
  | { readonly kind: "refused"; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: "failed"; readonly way: string; readonly what: string };

export interface ProofOptions {
  readonly inputs: readonly Input[];
  readonly configs: readonly Config[];
  readonly kernel: boolean;
}

/** A compiler's crash, a rejection by the verifier and a different result are all failures. */
export async function prove(text: string, options: ProofOptions): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "tsbpf-proof-"));
  const file = join(folder, "module.ts");
  let way = "JavaScript";
  try {
    writeFileSync(file, text);
    way = "compile";
    const first = compile({ file, passes: "all", cpu: "v3", verify: true });
    if (!first.object) return { kind: "refused", diagnostics: first.diagnostics };
    way = "JavaScript";
    const expected = await runJavaScript(file, options.inputs);
    const differs = (found: Results): Outcome | undefined => difference(way, expected, found, options.inputs);
    for (const passes of ["none", "all"] as const) {
      way = `IR interpreter, passes ${passes}`;
      const failure = differs(runInterpreter(file, options.inputs, passes));
      if (failure) return failure;
    }
    for (const { passes, cpu } of options.configs) {
      way = `compile, passes ${passes}, ${cpu}`;
      const { object } = passes === "all" && cpu === "v3" ? first : compile({ file, passes, cpu, verify: true });
      if (!object) return { kind: "failed", way, what: "refused at this level only" };
      if (!options.kernel) continue;
      way = `kernel, passes ${passes}, ${cpu}`;
      const failure = differs(await runKernel(object, options.inputs));
      if (failure) return failure;
    }
    return { kind: "agreed" };
  } catch (error) {
    return { kind: "failed", way, what: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function difference(way: string, expected: Results, found: Results, inputs: readonly Input[]): Outcome | undefined {
  for (const [program, results] of expected) {
    const others = found.get(program);
    for (const [index, result] of results.entries()) {
      const other = others?.[index];
      if (other === result) continue;
      const input = (inputs[index] ?? []).map((value) => `0x${value.toString(16)}`).join(" ");
      return { kind: "failed", way, what: `${program} gives ${other}, JavaScript ${result}\nrun ${index}: ${input}` };
    }
  }
  return undefined;
}
