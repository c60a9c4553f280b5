// Runs the proof, in which a bug is planted, until it fails. The kernel is not asked: what is wrong with an object
// shows in the virtual machine, which is quicker.

import { proveCore } from "./core-ways.test.support.js";
import { proveMany } from "./many.test.support.js";

export interface Search {
  /** What was found; undefined where nothing was. */
  readonly found: string | undefined;
  /** How many modules it took. */
  readonly modules: number;
}

export function findPlanted(isCore: boolean): Promise<Search> {
  return isCore ? findInCore() : findInPrograms();
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
