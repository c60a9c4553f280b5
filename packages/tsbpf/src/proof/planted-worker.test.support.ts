// Tries the planted bugs whose numbers are its arguments, one after the other; started with plant.test.support.ts.

import type { findPlanted, Search } from "./find-planted.test.support.js";
import { plantedBugs } from "./planted.test.support.js";

export interface Answer extends Search {
  readonly index: number;
}

for (const argument of process.argv.slice(2)) {
  const index = Number(argument);
  const name = `./find-planted.test.support.js?planted=${index}`;
  const finder = (await import(name)) as { findPlanted: typeof findPlanted };
  const search = await finder.findPlanted(plantedBugs[index]?.isCore ?? false);
  const answer: Answer = { ...search, index };
  process.send?.(answer);
}
process.disconnect();
