// A virtual machine as helpers see it: the core, the maps and the world; and how a helper reads its arguments and gives
// its result.

import { type Core, helperFault, MAP_HI } from "./core.js";
import { fromBig, toBig } from "./int64.js";
import type { VmMap } from "./maps.js";
import { REGION_LO, regionHi } from "./memory.js";
import type { World } from "./world.js";

export interface Machine extends Core {
  readonly world: World;
  readonly maps: VmMap[];
}

/** Gives r0's low half, with the high half in `machine.hi`. */
export type Helper = (machine: Machine) => number;
/** Helpers by the kernel's names. */
export type HelperTable = Readonly<Record<string, Helper>>;

export function argLo(machine: Machine, index: number): number {
  return machine.args[2 * index] ?? 0;
}

export function argHi(machine: Machine, index: number): number {
  return machine.args[2 * index + 1] ?? 0;
}

/** Unsigned. */
export function argBig(machine: Machine, index: number): bigint {
  return toBig(argLo(machine, index), argHi(machine, index));
}

/** A size or a number of 32 bits; larger ones end the run. */
export function argSize(machine: Machine, index: number): number {
  const value = argLo(machine, index);
  if (argHi(machine, index) !== 0 || value < 0) {
    return helperFault(machine, `argument ${index + 1} is ${BigInt.asIntN(64, argBig(machine, index))}, no size`);
  }
  return value;
}

export function argMap(machine: Machine, index: number): VmMap {
  const map = argHi(machine, index) === MAP_HI ? machine.maps[argLo(machine, index)] : undefined;
  return map ?? helperFault(machine, `argument ${index + 1} is not a map`);
}

export function isNull(machine: Machine, index: number): boolean {
  return (argLo(machine, index) | argHi(machine, index)) === 0;
}

/** A small signed number: 0, a count, a negated errno. */
export function giveInt(machine: Machine, value: number): number {
  machine.hi = value >> 31;
  return value | 0;
}

export function giveUnsigned(machine: Machine, value: number): number {
  machine.hi = 0;
  return value | 0;
}

export function giveBig(machine: Machine, value: bigint): number {
  return fromBig(machine, value);
}

/** The address of a region's first byte; NULL for -1. */
export function giveRegion(machine: Machine, region: number): number {
  machine.hi = region < 0 ? 0 : regionHi(region);
  return region < 0 ? 0 : REGION_LO;
}
