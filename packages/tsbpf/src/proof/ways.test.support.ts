// Runs one random module in every way there is and compares: as JavaScript, in the IR interpreter, in the virtual
// machine and in the live kernel; with and without the optimising passes; at each level of the instruction set.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CpuLevel } from "../compiler/codegen/code.js";
import { emit, optimise } from "../compiler/compile.js";
import { formatDiagnostics, type Diagnostic } from "../compiler/diagnostic.js";
import type { LoweredModule } from "../compiler/frontend/lower.js";
import { openProgram, type SourceProgram } from "../compiler/frontend/program.js";
import { messages } from "../compiler/messages.js";
import {
  contextBytes,
  interpretModule,
  kernelOf,
  levelsOf,
  runKernel,
  runModule,
  type Input,
  type Passes,
  type Results,
} from "../compiler/run.test.support.js";
import { emulate } from "../testing/emulate.js";
import type { EmulatedProgram } from "../testing/types.js";
import { assert } from "../util/assert.js";
import { evaluate } from "./evaluate.test.support.js";

/** How a module's object is made. */
export interface Config {
  readonly passes: Passes;
  readonly cpu: CpuLevel;
}

const levels: readonly CpuLevel[] = ["v1", "v2", "v3", "v4"];
export const allConfigs: readonly Config[] = (["none", "all"] as const).flatMap((passes) =>
  levels.map((cpu) => ({ passes, cpu })),
);

export type Way = "check" | "JavaScript" | "lower" | "IR interpreter" | "emit" | "VM" | "kernel";

/** What is being done: a crash is told with it, and a shrinking module must fail in the same step. */
export interface Step {
  readonly way: Way;
  readonly config: Config;
}

export type Outcome =
  /** `tooLarge`: how many objects a limit of the language kept from being made. */
  | { readonly kind: "agreed"; readonly tooLarge: number }
  /** The language does not take the module: the generator's mistake, or a limit of the language. */
  | { readonly kind: "refused"; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: "failed"; readonly step: Step; readonly what: string };

export interface ProofOptions {
  readonly inputs: readonly Input[];
  readonly configs: readonly Config[];
  readonly kernel: boolean;
}

/** A compiler's crash, a rejection by the verifier and a different result are all failures. */
export async function prove(text: string, options: ProofOptions): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "tsbpf-proof-"));
  const file = join(folder, "module.ts");
  const [config = { passes: "all", cpu: "v3" }] = options.configs;
  const proof: Proof = { file, text, options, step: { way: "check", config } };
  try {
    writeFileSync(file, text);
    return await proveFile(proof);
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { kind: "failed", step: proof.step, what };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface Proof {
  readonly file: string;
  readonly text: string;
  readonly options: ProofOptions;
  step: Step;
}

async function proveFile(proof: Proof): Promise<Outcome> {
  const { file, text, options } = proof;
  const source = openProgram(file);
  assert(source, `${file} cannot be read`);
  if (source.diagnostics.length > 0) return { kind: "refused", diagnostics: source.diagnostics };
  proof.step = { ...proof.step, way: "JavaScript" };
  const expected = runModule(evaluate(text), options.inputs);
  let tooLarge = 0;
  for (const passes of ["none", "all"] as const) {
    const configs = configsOf(file, options).filter((config) => config.passes === passes);
    const [first] = configs;
    if (!first) continue;
    proof.step = { way: "lower", config: first };
    const lowered = optimise(source, { passes, cpu: first.cpu, kernel: kernelOf(file), verify: true });
    if (lowered.diagnostics.length > 0) return { kind: "refused", diagnostics: lowered.diagnostics };
    proof.step = { way: "IR interpreter", config: first };
    compare(expected, interpretModule(lowered, options.inputs), options);
    for (const config of configs) {
      if (!(await proveObject(proof, source, lowered, config, expected))) tooLarge += 1;
    }
  }
  return { kind: "agreed", tooLarge };
}

/** A module may say that it is for some levels only, "// cpu: v3 v4". The lowest of them comes first. */
function configsOf(file: string, { configs }: ProofOptions): readonly Config[] {
  const allowed = levelsOf(file);
  return configs.filter(({ cpu }) => allowed.includes(cpu));
}

/** What the language documents as a program's limits: a frame or a jump that is too large, at one level or another. */
const limits: ReadonlySet<string> = new Set([messages.frameTooLarge.code, messages.jumpTooFar.code]);

/** False where a limit of the language keeps the object from being made. */
async function proveObject(
  proof: Proof,
  source: SourceProgram,
  lowered: LoweredModule,
  config: Config,
  expected: Results,
): Promise<boolean> {
  const { options } = proof;
  proof.step = { way: "emit", config };
  const { object, diagnostics } = emit(source, lowered, { ...config, kernel: kernelOf(proof.file) });
  if (!object) {
    assert(
      diagnostics.every(({ code }) => limits.has(code)),
      formatDiagnostics(diagnostics, { cwd: tmpdir() }),
    );
    return false;
  }
  proof.step = { way: "VM", config };
  compare(expected, await runVm(object, options.inputs), options);
  if (!options.kernel) return true;
  proof.step = { way: "kernel", config };
  compare(expected, await runKernel(object, options.inputs), options);
  return true;
}

async function runVm(object: Uint8Array, inputs: readonly Input[]): Promise<Results> {
  const { programs } = await emulate(object);
  const named = Object.entries(programs).sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(named.map(([name, program]) => [name, inputs.map((input) => run(program, input))]));
}

function run(program: EmulatedProgram, input: Input): number {
  return program.run(contextBytes(input)).returnValue >>> 0;
}

function compare(expected: Results, found: Results, { inputs }: ProofOptions): void {
  for (const [program, results] of expected) {
    const others = found.get(program);
    for (const [index, result] of results.entries()) {
      const other = others?.[index];
      if (other === result) continue;
      const input = (inputs[index] ?? []).map((value) => `0x${value.toString(16)}`).join(" ");
      throw new Error(`${program} gives ${other}, JavaScript ${result}\nrun ${index}: ${input}`);
    }
  }
}
