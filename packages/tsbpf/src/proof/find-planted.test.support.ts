// Runs the proof with a planted bug until it fails: exit code 0 when the bug was found, 1 when it was not.

import { proveMany } from "./many.test.support.js";

const { failures, programs } = await proveMany({
  programs: Number(process.argv[2] ?? "600"),
  seed: 1,
  kernel: true,
  firstFailure: true,
  report: () => undefined,
});
const [first = "not found"] = failures;
process.stdout.write(`after ${programs} programs: ${first.split("\n")[0]}\n`);
process.exitCode = failures.length > 0 ? 0 : 1;
