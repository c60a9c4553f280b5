// Whether this machine lets a test run. A skip is loud, and in CI it is a failure.

import type { TestContext } from "node:test";

/** True when the test must return: this process may not load BPF programs. */
export function lacksRoot(t: TestContext): boolean {
  if (process.getuid?.() === 0) return false;
  return lacks(t, "needs root");
}

export function lacks(t: TestContext, reason: string): true {
  if (process.env["CI"]) throw new Error(`cannot run here, and CI must not skip it: ${reason}`);
  t.skip(reason);
  return true;
}
