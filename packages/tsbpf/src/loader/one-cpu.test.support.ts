// A test that runs a program again and again stays on one CPU: what the program left in a map with a value for each CPU
// is there again in the next run.

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

let isDone = false;

/** This thread, which makes the system calls; once is enough. util-linux and busybox have `taskset`. */
export function stayOnOneCpu(): void {
  if (isDone) return;
  const [, first] = /^Cpus_allowed_list:\s*(\d+)/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
  if (first === undefined) throw new Error("/proc/self/status does not say where this process may run");
  const { status, error, stderr } = spawnSync("taskset", ["-p", "-c", first, `${process.pid}`], { encoding: "utf8" });
  if (error || status !== 0) throw new Error(`cannot stay on one CPU: ${error?.message ?? stderr}`);
  isDone = true;
}
