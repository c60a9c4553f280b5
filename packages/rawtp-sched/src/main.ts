#!/usr/bin/env node
// The command `rawtp-sched`. Everything heavy is imported only once the arguments are known to be right.

import { helpText, parseArguments, versionText } from "./arguments.js";
import { symptom } from "./symptoms.js";

const parsed = parseArguments(process.argv.slice(2));
switch (parsed.kind) {
  case "help":
    process.stdout.write(helpText);
    break;
  case "version":
    process.stdout.write(versionText());
    break;
  case "error":
    process.stderr.write(`rawtp-sched: ${parsed.message}\n`);
    process.exitCode = 2;
    break;
  case "run":
    try {
      if (process.platform !== "linux") throw new Error(`it runs on Linux, this is ${process.platform}`);
      const { runTracer } = await import("./tracer.js");
      await runTracer(parsed.options);
    } catch (error) {
      process.stderr.write(`rawtp-sched: ${symptom(error)}\n`);
      process.exitCode = 1;
    }
}
