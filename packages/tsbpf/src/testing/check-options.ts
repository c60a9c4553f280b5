// What is given to `emulate` besides the module: a name that does not exist would do nothing, and nobody would notice.

import { helpers } from "../bpf/helpers.js";
import { hint } from "../util/did-you-mean.js";
import { EmulateError } from "./errors.js";
import type { EmulateOptions } from "./types.js";

/** Every option, with what it must be; undefined where that is seen when it is used. */
const options: Readonly<
  Record<keyof EmulateOptions, readonly [isRight: (value: unknown) => boolean, what: string] | undefined>
> = {
  btf: undefined,
  without: [(value) => Array.isArray(value), "an array of names"],
  task: [isObject, "an object"],
  clockNs: [(value) => typeof value === "bigint", "a bigint, such as 5n"],
  randomSeed: [Number.isInteger, "a whole number"],
  cpuCount: [(value) => Number.isInteger(value) && Number(value) >= 1, "a whole number from 1 on"],
  uid: [Number.isInteger, "a whole number"],
  gid: [Number.isInteger, "a whole number"],
  constants: [isObject, "an object"],
  helpers: [isObject, "an object"],
  maxInstructions: [isBudget, "a whole number from 1 to 2147483647"],
  cpu: [isLevel, '"v1", "v2", "v3" or "v4" (the CPU that programs run on is set on the machine: machine.cpu = 1)'],
  kernel: [(value) => /^\d{1,3}\.\d{1,3}$/.test(String(value)), 'a release such as "5.17"'],
};

/** What stands on the machine alone. */
const properties = ["kernelStack", "userStack", "printed"];

export function checkOptions(given: EmulateOptions, module: string): void {
  for (const [name, value] of Object.entries(given) as [string, unknown][]) {
    if (!Object.hasOwn(options, name)) throw new EmulateError(`emulate ${module}: ${unknownOption(name)}`);
    const problem = value === undefined ? undefined : problemOf(name as keyof EmulateOptions, value);
    if (problem !== undefined) throw new EmulateError(`emulate ${module}: option ${name} ${problem}`);
  }
  const known = helpers.map(({ tsName }) => tsName);
  for (const name of Object.keys(given.helpers ?? {})) {
    if (known.includes(name)) continue;
    throw new EmulateError(`emulate ${module}: option helpers: there is no helper "${name}"${hint(name, known)}`);
  }
}

/** What a test sets on the machine under the name of an option. */
export function checkedOption<T>(name: keyof EmulateOptions, value: T): T {
  const problem = problemOf(name, value);
  if (problem !== undefined) throw new EmulateError(`set ${name}: it ${problem}`);
  return value;
}

function problemOf(name: keyof EmulateOptions, value: unknown): string | undefined {
  const [isRight, what] = options[name] ?? [];
  return !isRight || isRight(value) ? undefined : `is ${shown(value)}: expected ${what}`;
}

function unknownOption(name: string): string {
  const known = Object.keys(options);
  if (properties.includes(name)) return `"${name}" is no option: set it on the machine that emulate gives`;
  return `there is no option "${name}"${hint(name, known)}: there are ${known.join(", ")}`;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function isBudget(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 0x7fffffff;
}

function isLevel(value: unknown): boolean {
  return ["v1", "v2", "v3", "v4"].includes(String(value));
}

/** A value as a test would write it. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  return typeof value === "bigint" ? `${value}n` : String(value);
}
