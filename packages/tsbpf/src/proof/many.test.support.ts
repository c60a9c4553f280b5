// Many random programs in groups: a module holds a few that share maps and functions, so that the kernel is asked less
// often. A group that fails is cut down before it is shown.

import { assert } from "../util/assert.js";
import { formatDiagnostics } from "../compiler/diagnostic.js";
import type { Features } from "./scope.test.support.js";
import { allFeatures, randomInputs, randomModule } from "./generate.test.support.js";
import { printModule, shrink, type RandomModule } from "./tree.test.support.js";
import { allConfigs, prove, type Config, type Outcome, type ProofOptions } from "./ways.test.support.js";

export interface ManyOptions {
  readonly programs: number;
  readonly seed: number;
  readonly kernel: boolean;
  readonly features?: Features;
  readonly report: (line: string) => void;
  /** Ends at the first failure; it is not cut down. */
  readonly firstFailure?: boolean;
}

export interface Summary {
  readonly programs: number;
  readonly refused: number;
  readonly failures: readonly string[];
}

const programsPerModule = 10;
const inputCount = 12;

export async function proveMany(options: ManyOptions): Promise<Summary> {
  const failures: string[] = [];
  let programs = 0;
  let refused = 0;
  for (let seed = options.seed; programs < options.programs; seed++) {
    const module = randomModule(seed, programsPerModule, options.features ?? allFeatures);
    const inputs = randomInputs(seed, inputCount);
    const all = { inputs, configs: allConfigs, kernel: options.kernel };
    const outcome = await prove(printModule(module), all);
    if (outcome.kind === "refused") {
      refused += 1;
      // A generator that is mostly refused proves nothing.
      assert(refused <= 20 + programs / 5, `the language refuses most random modules, seed ${seed} too`);
      options.report(`seed ${seed}: refused\n${formatDiagnostics(outcome.diagnostics, { cwd: "/tmp" })}`);
    } else {
      programs += programsPerModule;
    }
    if (outcome.kind === "failed") {
      const small = options.firstFailure ? module : await cutDown(module, outcome, all);
      const text = `seed ${seed}: ${outcome.way}: ${outcome.what}\n${printModule(small)}`;
      failures.push(text);
      options.report(text);
    }
    if (failures.length > (options.firstFailure ? 0 : 9)) break;
    if (seed % 50 === 0)
      options.report(`${programs} programs, ${failures.length} failures, ${refused} modules refused`);
  }
  options.report(`${programs} programs, ${failures.length} failures, ${refused} modules refused`);
  return { programs, refused, failures };
}

/** Only what failed is tried again: the same level with the same passes. */
async function cutDown(
  module: RandomModule,
  { way }: Extract<Outcome, { kind: "failed" }>,
  options: ProofOptions,
): Promise<RandomModule> {
  const configs: readonly Config[] = options.configs.filter(({ passes, cpu }) =>
    way.endsWith(`passes ${passes}, ${cpu}`),
  );
  const again = { ...options, configs, kernel: options.kernel && way.startsWith("kernel") };
  return shrink(module, async (candidate) => {
    const outcome = await prove(printModule(candidate), again);
    return outcome.kind === "failed" && outcome.way === way;
  });
}
