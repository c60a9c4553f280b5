// A run of one program: a clean state before, and afterwards nothing that belongs to the run alone.

import { assert } from "../util/assert.js";
import { type Core, type Image, type LoadedImage, VmError } from "./core.js";
import { MAX_FRAMES } from "../bpf/stack.js";
import { createMemory, REGION_LO, releaseRetired, regionHi } from "./memory.js";
import { callWithContext } from "./runtime.js";
import { toBig } from "./int64.js";

/** What a program may run when nothing else is said: some seconds, and far more than any verified program needs. */
const DEFAULT_BUDGET = 100_000_000;
const MAX_BUDGET = 0x7fffffff;

export interface RunResult {
  /** All 64 bits of r0, unsigned. */
  readonly r0: bigint;
  /** How many instructions ran. */
  readonly insnCount: number;
}

export function createCore(): Core {
  const memory = createMemory();
  memory.sizes.fill(0, 0, MAX_FRAMES);
  return {
    hi: 0,
    memory,
    args: new Int32Array(10),
    budget: new Int32Array(1),
    depth: 0,
    image: noImage,
    images: [],
    insnIndex: 0,
    contextHi: 0,
    packetHi: 0,
    packetLo: 0,
    packetEndLo: 0,
    tailTarget: undefined,
    tailCalls: 0,
  };
}

const noImage: Image = {
  name: "(none)",
  insns: [],
  lines: [],
  faultsReadZero: false,
  packetFields: undefined,
  missing: new Map(),
  id: -1,
};

export interface RunOptions {
  readonly budget?: number | undefined;
  /** Called when the program has ended by itself, before its memory goes. */
  readonly finish?: () => void;
  /** Called in any case, after it. */
  readonly settle?: () => void;
}

/** Runs the program with the region `contextId` as its context. Throws VmError. */
export function runImage(core: Core, target: LoadedImage, contextId: number, options: RunOptions = {}): RunResult {
  const budget = options.budget ?? DEFAULT_BUDGET;
  assert(budget > 0 && budget <= MAX_BUDGET, `a budget of ${budget} instructions`);
  core.depth = 0;
  core.memory.sizes.fill(0, 0, MAX_FRAMES);
  core.tailCalls = 0;
  core.tailTarget = undefined;
  core.budget[0] = budget;
  core.image = target.image;
  core.contextHi = regionHi(contextId);
  try {
    const r0 = toBig(runDeep(target, core), core.hi);
    options.finish?.();
    return { r0, insnCount: budget - (core.budget[0] ?? 0) };
  } finally {
    core.image = noImage;
    options.settle?.();
    releaseRetired(core.memory);
  }
}

function runDeep(target: LoadedImage, core: Core): number {
  try {
    return callWithContext(target, REGION_LO, core.contextHi);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // Callbacks of callbacks and tail calls of tail calls: deeper than the host's own stack.
    throw new VmError(core.image, core.insnIndex, `the virtual machine cannot go on: ${error.message}`);
  }
}
