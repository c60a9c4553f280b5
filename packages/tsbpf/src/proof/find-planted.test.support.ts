// Runs the proof with a planted bug until it fails: exit code 0 when the bug was found, 1 when it was not. The kernel
// is not asked: what is wrong with an object shows in the virtual machine, which is quicker.

import { proveCore } from "./core-ways.test.support.js";
import { proveMany } from "./many.test.support.js";
import { plantedBugs } from "./planted.test.support.js";

const bug = plantedBugs[Number(process.env["TSBPF_PLANTED"])];
const { found, modules } = bug?.isCore ? await findInCore() : await findInPrograms();
process.stdout.write(`after ${modules} modules: ${found?.split("\n")[0] ?? "not found"}\n`);
process.exitCode = found === undefined ? 1 : 0;

interface Search {
  readonly found: string | undefined;
  readonly modules: number;
}

async function findInPrograms(): Promise<Search> {
  // Small modules: most bugs show at once, and all of a module is proven before the next one.
  const programsPerModule = 3;
  const options = { programs: 600, seed: 1, kernel: false, firstFailure: true, programsPerModule };
  const { failures, programs } = await proveMany({ ...options, report: () => undefined });
  return { found: failures[0], modules: Math.ceil(programs / programsPerModule) };
}

async function findInCore(): Promise<Search> {
  for (let seed = 1; seed <= 60; seed++) {
    const { failure } = await proveCore(seed, undefined);
    if (failure !== undefined) return { found: `seed ${seed}: ${failure}`, modules: seed };
  }
  return { found: undefined, modules: 60 };
}
