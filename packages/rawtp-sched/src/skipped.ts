// Events that no ring ever saw. A program is not run again on a CPU while it is being run there, and from Linux 7.0
// on a tracepoint's program can be preempted (commit a46023d5616e, include/linux/tracepoint.h): another process
// that starts a program on that CPU meanwhile goes untraced. The kernel counts such runs.

import { readFileSync } from "node:fs";

export interface SkipCounter {
  /** How many runs were skipped since the last call. */
  take(): number;
}

/** `fd` is the program's. `read` is for tests. */
export function createSkipCounter(fd: number, read: (path: string) => string = readText): SkipCounter {
  let known = 0;
  return {
    take() {
      const total = skippedRuns(read(`/proc/self/fdinfo/${fd}`));
      const fresh = Math.max(0, total - known);
      known += fresh;
      return fresh;
    },
  };
}

/** "recursion_misses" is there from Linux 5.12 on; kernels without it do not preempt programs. */
function skippedRuns(fdinfo: string): number {
  return Number(/^recursion_misses:\s*(\d+)$/m.exec(fdinfo)?.[1] ?? 0);
}

/** Without /proc nothing can be known, and that is no reason to stop tracing. */
function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
