// Many random programs in groups: a module holds a few that share maps and functions, so that the kernel is asked less
// often. A group that fails is cut down before it is shown.

import { assert } from "../util/assert.js";
import { formatDiagnostics } from "../compiler/diagnostic.js";
import { randomInputs, randomModule } from "./generate.test.support.js";
import { printModule, shrink, type RandomModule } from "./tree.test.support.js";
import { allConfigs, prove, type Outcome, type ProofOptions } from "./ways.test.support.js";

export interface ManyOptions {
  readonly programs: number;
  readonly seed: number;
  /** From one seed to the next, 1 unless it is given: processes that share the work take turns. */
  readonly stride?: number;
  readonly kernel: boolean;
  readonly report: (line: string) => void;
  /** They share maps and functions; 10 unless it is given. */
  readonly programsPerModule?: number;
  /** Ends at the first failure; it is not cut down. */
  readonly firstFailure?: boolean;
}

export interface Summary {
  readonly programs: number;
  /** Modules that the language does not take. */
  readonly refused: number;
  /** Objects, of the eight that each module has, that a limit of the language kept from being made. */
  readonly tooLarge: number;
  readonly failures: readonly string[];
}

const programsPerModuleUsual = 10;
const inputCount = 12;
/** Objects for a module: the levels, with and without passes. */
const objectsPerModule = allConfigs.length;

export async function proveMany(options: ManyOptions): Promise<Summary> {
  const failures: string[] = [];
  const summary = { programs: 0, refused: 0, tooLarge: 0, failures };
  for (let seed = options.seed; summary.programs < options.programs; seed += options.stride ?? 1) {
    await proveSeed(seed, options, summary);
    if (failures.length > (options.firstFailure ? 0 : 9)) break;
    if (summary.programs % 500 === 0) options.report(describeSummary(summary));
  }
  return summary;
}

export function describeSummary({ programs, refused, tooLarge, failures }: Summary): string {
  return `${programs} programs, ${failures.length} failures, ${refused} modules refused, ${tooLarge} objects too large`;
}

export function addSummaries(all: readonly Summary[]): Summary {
  const sum = (key: "programs" | "refused" | "tooLarge"): number => all.reduce((total, one) => total + one[key], 0);
  return {
    programs: sum("programs"),
    refused: sum("refused"),
    tooLarge: sum("tooLarge"),
    failures: all.flatMap(({ failures }) => failures),
  };
}

type Counts = { -readonly [K in keyof Summary]: Summary[K] } & { readonly failures: string[] };

async function proveSeed(seed: number, options: ManyOptions, counts: Counts): Promise<void> {
  const programsPerModule = options.programsPerModule ?? programsPerModuleUsual;
  const module = randomModule(seed, programsPerModule);
  const all = { inputs: randomInputs(seed, inputCount), configs: allConfigs, kernel: options.kernel };
  const outcome = await prove(printModule(module), all);
  switch (outcome.kind) {
    case "agreed":
      counts.programs += programsPerModule;
      counts.tooLarge += outcome.tooLarge;
      break;
    case "refused":
      counts.refused += 1;
      options.report(`seed ${seed}: refused\n${formatDiagnostics(outcome.diagnostics, { cwd: "/tmp" })}`);
      break;
    case "failed": {
      counts.programs += programsPerModule;
      const { way, config } = outcome.step;
      const what = `seed ${seed}: ${way}, passes ${config.passes}, ${config.cpu}: ${outcome.what}`;
      options.report(`${what}\nis cut down`);
      const small = options.firstFailure ? module : await cutDown(module, outcome, all);
      const text = `${what}\n${printModule(small)}`;
      counts.failures.push(text);
      options.report(text);
    }
  }
  assertProves(seed, counts, programsPerModule);
}

/** A generator of which much is refused, or too large, proves nothing. */
function assertProves(seed: number, { programs, refused, tooLarge }: Counts, programsPerModule: number): void {
  const modules = programs / programsPerModule;
  assert(refused <= 3 + modules / 100, `the language refuses ${refused} random modules, seed ${seed} too`);
  const tooLargeMax = 8 + (modules * objectsPerModule) / 50;
  assert(tooLarge <= tooLargeMax, `${tooLarge} objects of random modules are too large, seed ${seed} too`);
}

/** Only what failed is tried again: the same level with the same passes. */
async function cutDown(
  module: RandomModule,
  { step }: Extract<Outcome, { kind: "failed" }>,
  options: ProofOptions,
): Promise<RandomModule> {
  const again = { ...options, configs: [step.config], kernel: options.kernel && step.way === "kernel" };
  return shrink(module, async (candidate) => {
    const outcome = await prove(printModule(candidate), again);
    return outcome.kind === "failed" && outcome.step.way === step.way;
  });
}
