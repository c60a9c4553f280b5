// The order in which passes run. Some are needed whatever else is left out: lower-kread and lower-memory because
// instruction selection does not know what they remove; loop-memory, which keeps the latter short; forget and
// scrub-words, without which the verifier would refuse some programs or never finish them.

import { AssertionError, assert } from "../../util/assert.js";
import type { Func, IrModule } from "../ir/ir.js";
import { printModule } from "../ir/text.js";
import { verifyFunc } from "../ir/verify.js";
import { cfgCleanup } from "./cfg-cleanup.js";
import { dce } from "./dce.js";
import { dse } from "./dse.js";
import { fold } from "./fold.js";
import { forget } from "./forget.js";
import { gvn } from "./gvn.js";
import { jumpThreading } from "./jump-threading.js";
import { loopMemory } from "./loop-memory.js";
import { loosenLimits } from "./loosen-limits.js";
import { lowerKread } from "./lower-kread.js";
import { lowerMemory } from "./lower-memory.js";
import { mergeSlots } from "./merge-slots.js";
import { narrow } from "./narrow.js";
import type { Pass } from "./pass.js";
import { promote } from "./promote.js";
import { reuseReads } from "./reuse-reads.js";
import { scrubWords } from "./scrub-words.js";
import { shareSlots } from "./share-slots.js";
import { sink } from "./sink.js";
import { unroll } from "./unroll.js";

/** Passes that run together, over and over while one of them changes something, at most `roundsMax` times. */
export interface Stage {
  readonly passes: readonly Pass[];
  readonly roundsMax: number;
}

/** A pass stands where it makes programs shorter; more often would only take time. */
export const stages: readonly Stage[] = [
  { passes: [forget, scrubWords], roundsMax: 1 },
  { passes: [cfgCleanup, fold, cfgCleanup], roundsMax: 1 },
  { passes: [loosenLimits, promote, narrow, fold, gvn, reuseReads, jumpThreading, cfgCleanup], roundsMax: 3 },
  { passes: [unroll, cfgCleanup, fold, gvn, cfgCleanup], roundsMax: 1 },
  { passes: [shareSlots, lowerKread, dse, mergeSlots, fold, cfgCleanup], roundsMax: 1 },
  {
    passes: [loopMemory, lowerMemory, promote, narrow, gvn, fold, cfgCleanup, dse, lowerMemory, sink, dce],
    roundsMax: 1,
  },
];

export const allPasses: readonly Pass[] = [
  forget,
  scrubWords,
  cfgCleanup,
  loosenLimits,
  promote,
  fold,
  narrow,
  gvn,
  reuseReads,
  jumpThreading,
  unroll,
  shareSlots,
  lowerKread,
  mergeSlots,
  dse,
  loopMemory,
  lowerMemory,
  sink,
  dce,
];

/** What instruction selection or the verifier cannot do without. */
export const requiredPasses: readonly Pass[] = [forget, scrubWords, lowerKread, loopMemory, lowerMemory];

export interface PipelineOptions {
  /** Checks the IR before the first and after every pass. */
  readonly verify: boolean;
  /** Gets the module's text after every pass that changed it. */
  readonly dump?: (passName: string, text: string) => void;
  /** "none": only the required passes. */
  readonly passes?: "all" | "none";
  /** False where the verifier takes no jump back: no pass may make a loop then. */
  readonly loops?: boolean;
}

export function runPasses(module: IrModule, options: PipelineOptions): void {
  if (options.verify) for (const func of module.functions) verifyAfter("the front end", func);
  const plan: readonly Stage[] = options.passes === "none" ? [{ passes: requiredPasses, roundsMax: 1 }] : stages;
  const progress = new Map<Func, Progress>(module.functions.map((func) => [func, { version: 0, settled: new Map() }]));
  for (const stage of plan) {
    // Functions leave the stage one by one: a function that has settled is not looked at again.
    let unsettled = module.functions;
    for (let round = 0; round < stage.roundsMax && unsettled.length > 0; round++) {
      const changed = new Set<Func>();
      for (const pass of stage.passes) {
        if (pass === loopMemory && options.loops === false) continue;
        const now = unsettled.filter((func) => advance(pass, func, progress.get(func), options.verify));
        for (const func of now) changed.add(func);
        if (now.length > 0) options.dump?.(pass.name, printModule(module));
      }
      unsettled = [...changed];
    }
  }
}

/** Passes that found nothing to do have nothing to do until another one has changed the function. */
interface Progress {
  version: number;
  /** The version on which each pass would change nothing. */
  readonly settled: Map<Pass, number>;
}

function advance(pass: Pass, func: Func, progress: Progress | undefined, verify: boolean): boolean {
  if (progress && progress.settled.get(pass) === progress.version) return false;
  const changed = runPass(pass, func, verify);
  if (!progress) return changed;
  if (changed) progress.version++;
  if (!changed || pass.settles === true) progress.settled.set(pass, progress.version);
  return changed;
}

/** Names of pass and function go with whatever the pass throws. */
export function runPass(pass: Pass, func: Func, verify: boolean): boolean {
  let changed: boolean;
  try {
    changed = pass.run(func);
  } catch (cause) {
    throw new AssertionError(`pass ${pass.name} on function ${func.name}: ${String(cause)}`, { cause });
  }
  if (verify) verifyAfter(pass.name, func);
  return changed;
}

/** Throws when a pass stands before one that it needs, or has none of those after it whose work it undoes. */
export function checkOrder(order: readonly Pass[]): void {
  for (const [index, pass] of order.entries()) {
    for (const name of pass.needs) {
      assert(
        order.slice(0, index).some((other) => other.name === name),
        `pass ${pass.name} runs before ${name}`,
      );
    }
    for (const name of pass.breaks) {
      assert(
        order.slice(index + 1).some((other) => other.name === name),
        `pass ${name} does not run after ${pass.name}`,
      );
    }
  }
}

function verifyAfter(what: string, func: Func): void {
  try {
    verifyFunc(func);
  } catch (cause) {
    throw new AssertionError(`after ${what}: ${String(cause)}`, { cause });
  }
}
