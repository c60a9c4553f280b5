// In the virtual machine: loads each object of a folder into the kernel that runs there, and compares what test runs
// answer with what is expected.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { kernelRelease, load, LoaderError, NotSupportedError, releaseAtLeast } from "tsbpf/loader";
import { repository } from "../support/repository.js";
import type { ProgramCase, ProgramList } from "./programs.js";

type OneCpu = typeof import("../../packages/tsbpf/dist/loader/one-cpu.test.support.js");

const oneCpuFile = join(repository, "packages/tsbpf/dist/loader/one-cpu.test.support.js");

export interface LoadResults {
  readonly loaded: number;
  /** Test runs whose answer was the expected one. */
  readonly runs: number;
  /** What this kernel is too old for, and what the loader says of it. */
  readonly notHere: readonly string[];
  readonly failed: readonly string[];
}

export async function loadPrograms(folder: string): Promise<LoadResults> {
  const { inputs, cases } = JSON.parse(readFileSync(join(folder, "programs.json"), "utf8")) as ProgramList;
  const contexts = inputs.map((args) => new Uint8Array(BigUint64Array.from(args, BigInt).buffer));
  const [notHere, failed]: string[][] = [[], []];
  let [loaded, runs] = [0, 0];
  ((await import(oneCpuFile)) as OneCpu).stayOnOneCpu();
  for (const one of cases) {
    try {
      runs += await loadAndRun(folder, one, contexts);
      loaded += 1;
    } catch (error) {
      const text = `${one.name}: ${error instanceof Error ? error.message : String(error)}`;
      (isTooOld(error, one) ? notHere : failed)?.push(text);
    }
  }
  return { loaded, runs, notHere: notHere ?? [], failed: failed ?? [] };
}

/** Only what the loader says is newer than this kernel and really is, and types that the program says came later. */
function isTooOld(error: unknown, { since }: ProgramCase): boolean {
  const lacksType = error instanceof LoaderError && error.code === "ERR_CORE";
  const minKernel = error instanceof NotSupportedError ? error.minKernel : lacksType ? since : undefined;
  return minKernel !== undefined && !releaseAtLeast(kernelRelease(), minKernel);
}

/** Programs that share maps run in the order of their names, as they did in JavaScript. */
async function loadAndRun(folder: string, one: ProgramCase, contexts: readonly Uint8Array[]): Promise<number> {
  await using object = await load(join(folder, one.file));
  let runs = 0;
  for (const [name, expected] of Object.entries(one.expected)) {
    for (const [index, context] of contexts.entries()) {
      const result = (object.programs[name]?.testRun({ context }).returnValue ?? -1) >>> 0;
      if (result !== expected[index]) {
        const args = Array.from(new BigUint64Array(context.buffer), (value) => `0x${value.toString(16)}`);
        throw new Error(`${name}(${args.join(", ")}) is ${result} and not ${expected[index]}`);
      }
      runs += 1;
    }
  }
  return runs;
}
