// The stack that a program takes together with the functions that it calls.

import { calledNames } from "./ir/cfg.js";
import type { IrModule } from "./ir/ir.js";
import type { CompiledFunction } from "./object.js";
import { roundUp } from "./frontend/types.js";

/** What the deepest chain of calls takes; a frame counts in steps of 32 bytes (check_max_stack_depth, verifier.c). */
export function stackBytes(program: string, ir: IrModule, functions: readonly CompiledFunction[]): number {
  const frames = new Map(functions.map(({ name, code }) => [name, Math.max(32, roundUp(code.frameSizeBytes, 32))]));
  const depths = new Map<string, number>();
  const depthOf = (name: string): number => {
    const known = depths.get(name);
    if (known !== undefined) return known;
    const func = ir.functions.find((candidate) => candidate.name === name);
    const depth = (frames.get(name) ?? 0) + Math.max(0, ...(func ? calledNames(func).map(depthOf) : []));
    depths.set(name, depth);
    return depth;
  };
  return depthOf(program);
}
