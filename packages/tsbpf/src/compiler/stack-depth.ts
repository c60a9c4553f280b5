// The stack that a program takes together with the functions that it calls.

import type { CompiledFunction } from "./object.js";
import { roundUp } from "./frontend/types.js";

/**
 * By function: what the deepest chain of calls from it takes. A frame counts in steps of 32 bytes
 * (check_max_stack_depth, kernel/bpf/verifier.c).
 */
export function stackDepths(functions: readonly CompiledFunction[]): ReadonlyMap<string, number> {
  const byName = new Map(functions.map((fn) => [fn.name, fn]));
  const depths = new Map<string, number>();
  const depthOf = (name: string): number => {
    const known = depths.get(name);
    const fn = byName.get(name);
    if (known !== undefined || !fn) return known ?? 0;
    let below = 0;
    for (const relocation of fn.code.relocations) {
      const calls = relocation.kind === "call" || relocation.kind === "function";
      if (calls) below = Math.max(below, depthOf(relocation.target));
    }
    const depth = Math.max(32, roundUp(fn.code.frameSizeBytes, 32)) + below;
    depths.set(name, depth);
    return depth;
  };
  for (const { name } of functions) depthOf(name);
  return depths;
}
