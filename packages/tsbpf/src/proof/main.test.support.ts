// The long form of the proof: node packages/tsbpf/dist/proof/main.test.support.js [PROGRAMS [SEED]]. A disagreement
// is cut down to a small module and printed; the exit code is then 1.

import { availableParallelism } from "node:os";
import { describeSummary } from "./many.test.support.js";
import { proveInProcesses } from "./processes.test.support.js";

const [programs = "20000", seed = "1"] = process.argv.slice(2);
const report = (line: string): void => void process.stdout.write(`${line}\n`);
const options = { programs: Number(programs), seed: Number(seed), kernel: true, report };
const startMs = performance.now();
const summary = await proveInProcesses(options, availableParallelism());
report(`${describeSummary(summary)}, ${Math.round((performance.now() - startMs) / 1000)} seconds`);
process.exitCode = summary.failures.length > 0 ? 1 : 0;
