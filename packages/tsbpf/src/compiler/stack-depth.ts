// The stack that a program takes together with the functions that it calls.

import type { MachineCode } from "./codegen/code.js";
import { roundUp } from "./frontend/types.js";

/** A frame counts in steps of so many bytes, one at least (check_max_stack_depth, kernel/bpf/verifier.c). */
export const FRAME_STEP_BYTES = 32;

export interface StackDepth {
  /** What the function's own frame counts. */
  readonly frameBytes: number;
  /** What the deepest chain of calls from the function takes, its own frame included. */
  readonly bytes: number;
  /** The next function of that chain. */
  readonly callee: string | undefined;
}

/** By function. */
export function stackDepths(
  functions: readonly { readonly name: string; readonly code: MachineCode }[],
): ReadonlyMap<string, StackDepth> {
  const byName = new Map(functions.map((fn) => [fn.name, fn]));
  const depths = new Map<string, StackDepth>();
  const depthOf = (name: string): number => {
    const known = depths.get(name);
    const fn = byName.get(name);
    if (known !== undefined || !fn) return known?.bytes ?? 0;
    let below = 0;
    let callee: string | undefined;
    for (const relocation of fn.code.relocations) {
      if (relocation.kind !== "call" && relocation.kind !== "function") continue;
      const bytes = depthOf(relocation.target);
      if (bytes <= below) continue;
      below = bytes;
      callee = relocation.target;
    }
    const frameBytes = Math.max(FRAME_STEP_BYTES, roundUp(fn.code.frameSizeBytes, FRAME_STEP_BYTES));
    depths.set(name, { frameBytes, bytes: frameBytes + below, callee });
    return frameBytes + below;
  };
  for (const { name } of functions) depthOf(name);
  return depths;
}
