// What translated programs call while they run, and how a translation becomes functions.

import { type CompiledFunction, type Core, FUNCTION_BITS, FUNCTION_HI, POISON_HI, POISON_LO } from "./core.js";
import { type Image, type LoadedImage, VmError, helperFault } from "./core.js";
import { MAX_FRAMES, STACK_BYTES } from "../bpf/stack.js";
import { assert } from "../util/assert.js";
import { atomicAccess, slowLoad, slowStore } from "./access.js";
import { divS64, divU64, modS64, modU64, mulHigh, swap16, swap32 } from "./int64.js";
import { clearFrame, locate, REGION_HI, REGION_LO, regionOf } from "./memory.js";
import { translate, type TranslateOptions } from "./translate.js";

/** Reads its arguments from `core.args`, gives the low half of r0 and leaves the high one in `core.hi`. */
export type HelperFunction = (core: Core) => number;

/** Gives the helper with this id; it must always give one, which may refuse when it is called. */
export type ResolveHelper = (id: number) => HelperFunction;

/** Translates the program when it is first run. */
export function compileImage(core: Core, image: Image, helper: ResolveHelper, options: TranslateOptions): LoadedImage {
  let functions: readonly CompiledFunction[] | undefined;
  let hits = (): readonly number[] | undefined => undefined;
  const compile = (): readonly CompiledFunction[] => {
    const { source, segments } = translate(image, options);
    const counters = new Float64Array(segments.length);
    if (options.coverage) {
      hits = () => {
        const counts = image.insns.map(() => 0);
        segments.forEach(({ start, end }, at) => counts.fill(counters[at] ?? 0, start, end));
        return counts;
      };
    }
    return instantiate(source, names(core, counters, helper));
  };
  return { image, functions: () => (functions ??= compile()), hits: () => hits() };
}

/** Begins a function: a frame of its own, none of whose bytes are written. Gives its number. */
export function enter(core: Core, insnIndex: number): number {
  const frame = core.depth;
  if (frame >= MAX_FRAMES)
    throw new VmError(core.image, insnIndex, `more than ${MAX_FRAMES} functions call each other`);
  clearFrame(core.memory, frame);
  core.memory.sizes[frame] = STACK_BYTES;
  core.depth = frame + 1;
  return frame;
}

export function leave(core: Core): void {
  core.depth--;
  core.memory.sizes[core.depth] = 0;
}

export function spent(core: Core, insnIndex: number): never {
  throw new VmError(core.image, insnIndex, "it has used up its budget of instructions (an endless loop?)");
}

export function fail(core: Core, insnIndex: number, reason: string): never {
  throw new VmError(core.image, insnIndex, reason);
}

/** Runs the target of a tail call in place of the function that made it. */
export function tail(core: Core): number {
  const target = core.tailTarget;
  assert(target !== undefined, "a tail call without a target");
  core.tailTarget = undefined;
  const before = core.image;
  core.image = target.image;
  const result = callWithContext(target, core.args[0] ?? 0, core.args[1] ?? 0);
  core.image = before;
  return result;
}

/** Calls a function by its address, as helpers do that take a callback. */
export function callAddress(core: Core, lo: number, hi: number, halves: readonly number[]): number {
  const target = hi === FUNCTION_HI ? core.images[lo >>> FUNCTION_BITS] : undefined;
  const callee = target?.functions()[lo & ((1 << FUNCTION_BITS) - 1)];
  if (!callee) return helperFault(core, "the callback is not the address of a function");
  const insnIndex = core.insnIndex;
  const result = callee(...halves, ...POISON.slice(halves.length));
  core.insnIndex = insnIndex;
  return result;
}

/** Runs a program from its first instruction. The result is in the same form as a helper's. */
export function callWithContext(target: LoadedImage, lo: number, hi: number): number {
  const main = target.functions()[0];
  assert(main !== undefined, `program ${target.image.name} has no function`);
  return main(lo, hi, ...POISON.slice(2));
}

/** The number in network byte order at `offset` of the packet; -1 when it is not inside. */
export function packetLoad(core: Core, offset: number, size: number): number {
  const at = locate(core.memory, (core.packetLo + offset) | 0, core.packetHi, size);
  if (offset < 0 || at < 0 || regionOf(core.memory, core.packetHi)?.kind !== "packet") return -1;
  let value = 0;
  for (let index = 0; index < size; index++) value = value * 256 + (core.memory.u8[at + index] ?? 0);
  return value;
}

const POISON: readonly number[] = Array.from({ length: 10 }, (_, at) => (at % 2 === 0 ? POISON_LO : POISON_HI));

/** What stands in a translation, by name. */
function names(core: Core, counters: Float64Array, helper: ResolveHelper): Readonly<Record<string, unknown>> {
  const { buffer } = core.memory.written;
  assert(core.memory.bases[0] === 0 && REGION_HI < 0 && REGION_LO > 0, "the stacks come first in memory");
  return {
    V: core,
    M: core.memory,
    N: core.budget,
    A: core.args,
    C: counters,
    S8: new Uint8Array(buffer),
    S16: new Uint16Array(buffer),
    S32: new Int32Array(buffer),
    helper,
    enter,
    leave,
    spent,
    fail,
    tail,
    packetLoad,
    slowLoad,
    slowStore,
    atomicAccess,
    mulHigh,
    divU64,
    divS64,
    modU64,
    modS64,
    swap16,
    swap32,
  };
}

function instantiate(source: string, given: Readonly<Record<string, unknown>>): readonly CompiledFunction[] {
  // The text is made from instructions alone, by translate.ts: numbers and fixed words, nothing of the user's.
  const make = new Function(...Object.keys(given), source) as (...values: unknown[]) => readonly CompiledFunction[];
  return make(...Object.values(given));
}
