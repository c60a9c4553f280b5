// Runs inside the virtual machine: guest.js FOLDER OBJECT. The tracer over known processes, every program loaded, and
// then the tests of program kinds; a GuestResult as JSON stands between them and the tests' own report.

import { release } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { checkKnown, type KnownResult } from "../support/known.js";
import { repository } from "../support/repository.js";
import { guestStarted, resultMark } from "./kernel.js";
import { loadPrograms, type LoadResults } from "./load-programs.js";

export interface GuestResult extends KnownResult, LoadResults {
  readonly release: string;
  /** Seconds that each part took. */
  readonly seconds: Readonly<Record<string, number>>;
}

const suites = ["packages/tsbpf/dist/compiler/kinds-live.test.js", "test/dist/kernels/traced-guest.js"];

const [folder, object] = process.argv.slice(2);
if (folder === undefined || object === undefined) throw new Error("usage: guest.js FOLDER OBJECT");
process.stdout.write(`${guestStarted}\n`);
const seconds: Record<string, number> = { start: performance.now() / 1000 };
const timed = async <T>(name: string, work: Promise<T>): Promise<T> => {
  const from = performance.now();
  const result = await work;
  seconds[name] = (performance.now() - from) / 1000;
  return result;
};
const known = await timed("tracer", checkKnown(folder, object));
const programs = await timed("programs", loadPrograms(join(folder, "programs")));
const result: GuestResult = { release: release(), ...known, ...programs, seconds };
process.stdout.write(`${resultMark}${JSON.stringify(result)}\n`);
for (const suite of suites) await import(join(repository, suite));
