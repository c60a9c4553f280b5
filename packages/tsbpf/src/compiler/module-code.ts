// The code of a module's functions. Each fits into a frame of its own (scratch.ts); where the frames of a chain of
// calls are too much together, more moves out of the largest of them.

import { STACK_BYTES } from "../bpf/stack.js";
import type { CodegenOptions, CodegenResult } from "./codegen/code.js";
import type { Func, SlotInst } from "./ir/ir.js";
import { generateFitting, newScratchMap, type ScratchMap } from "./scratch.js";
import { FRAME_STEP_BYTES, stackDepths, type StackDepth } from "./stack-depth.js";

export interface FunctionCode {
  readonly name: string;
  /** Undefined for a function that is no program. */
  readonly section: string | undefined;
  readonly code: CodegenResult;
  /** What has moved into the map, the largest first. */
  readonly moved: readonly SlotInst[];
}

export interface ModuleCode {
  readonly functions: readonly FunctionCode[];
  readonly scratch: ScratchMap;
  /** Of the functions that have code, by name. */
  readonly depths: ReadonlyMap<string, StackDepth>;
}

interface Job {
  readonly funcs: readonly Func[];
  readonly options: CodegenOptions;
  /** What the module has names for: the map must have another one. */
  readonly names: ReadonlySet<string>;
}

/** `chains`: "fit" moves what is too much for a chain of calls, "as-they-are" leaves that to the caller. */
export function generateModule(job: Job, chains: "fit" | "as-they-are"): ModuleCode {
  let best = generateEach(job, new Map());
  if (chains === "as-they-are") return best;
  let frames: ReadonlyMap<string, number> = new Map();
  const stuck = new Set<string>();
  for (let next = nextToShrink(best, stuck); next; next = nextToShrink(best, stuck)) {
    const { name } = next;
    let tried = new Map([...frames, [name, next.frameBytes]]);
    let made = generateEach(job, tried);
    const code = made.functions.find((one) => one.name === name)?.code;
    if (code?.kind === "frame-too-large") {
      // Not so small: as small as it gets, and others have to give the rest.
      stuck.add(name);
      tried = new Map([...frames, [name, code.sizeBytes]]);
      made = generateEach(job, tried);
    }
    if (made.functions.every((one) => one.code.kind === "code")) [best, frames] = [made, tried];
    else stuck.add(name);
  }
  return best;
}

/** `frames` holds what a function may take where that is less than a whole stack. */
function generateEach({ funcs, options, names }: Job, frames: ReadonlyMap<string, number>): ModuleCode {
  const scratch = newScratchMap(names);
  const functions = funcs.map((func) => {
    const frameBytes = frames.get(func.name) ?? STACK_BYTES;
    const { code, moved } = generateFitting(func, { ...options, frameBytes }, scratch);
    return { name: func.name, section: func.section, code, moved };
  });
  const coded = functions.flatMap(({ name, code }) => (code.kind === "code" ? [{ name, code }] : []));
  return { functions, scratch, depths: stackDepths(coded) };
}

/** The largest frame of a chain of calls that takes too much, and what it may take for the chain to fit. */
function nextToShrink(
  { functions, depths }: ModuleCode,
  stuck: ReadonlySet<string>,
): { readonly name: string; readonly frameBytes: number } | undefined {
  if (functions.some(({ code }) => code.kind !== "code")) return undefined;
  for (const { name, section } of functions) {
    const excess = (depths.get(name)?.bytes ?? 0) - STACK_BYTES;
    if (section === undefined || excess <= 0) continue;
    const chain: { readonly name: string; readonly frameBytes: number }[] = [];
    for (let at: string | undefined = name; at !== undefined; at = depths.get(at)?.callee) {
      chain.push({ name: at, frameBytes: depths.get(at)?.frameBytes ?? 0 });
    }
    const [largest] = chain
      .filter((one) => !stuck.has(one.name) && one.frameBytes > FRAME_STEP_BYTES)
      .toSorted((a, b) => b.frameBytes - a.frameBytes);
    if (largest) return { name: largest.name, frameBytes: Math.max(FRAME_STEP_BYTES, largest.frameBytes - excess) };
  }
  return undefined;
}
