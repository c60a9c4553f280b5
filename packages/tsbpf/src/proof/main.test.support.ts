// The long form of the proof: node packages/tsbpf/dist/proof/main.test.support.js [PROGRAMS [SEED]]. A disagreement
// is cut down to a small module and printed; the exit code is then 1.

import { proveMany } from "./many.test.support.js";

const [programs = "20000", seed = "1"] = process.argv.slice(2);
const { failures } = await proveMany({
  programs: Number(programs),
  seed: Number(seed),
  kernel: true,
  report: (line) => process.stdout.write(`${line}\n`),
});
process.exitCode = failures.length > 0 ? 1 : 0;
