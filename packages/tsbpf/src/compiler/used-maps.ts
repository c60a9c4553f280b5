// The maps that a program and the functions that it calls name: the kernel takes only so many. Each data section is a
// map of its own.

import type { CompiledFunction } from "./object.js";

/** MAX_USED_MAPS, include/linux/bpf_verifier.h. */
export const USED_MAPS_MAX = 64;

/** How many maps each program names, by the program's name. */
export function usedMaps(functions: readonly CompiledFunction[]): ReadonlyMap<string, number> {
  const byName = new Map(functions.map((one) => [one.name, one]));
  return new Map(functions.map((one) => [one.name, mapsFrom(one, byName).size]));
}

function mapsFrom(start: CompiledFunction, byName: ReadonlyMap<string, CompiledFunction>): ReadonlySet<string> {
  const maps = new Set<string>();
  const reached = new Set([start]);
  for (const { code } of reached) {
    for (const relocation of code.relocations) {
      if (relocation.kind === "map") maps.add(relocation.map);
      else if (relocation.kind === "data") maps.add(relocation.section);
      else {
        const called = byName.get(relocation.target);
        if (called) reached.add(called);
      }
    }
  }
  return maps;
}
