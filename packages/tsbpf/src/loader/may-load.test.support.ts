// Whether a test may load programs here. Apart from what else tests share: a virtual machine has no time to spare.

import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { unsupportedPlatform } from "../sys/linux.js";
import { probeCapabilities } from "./features.js";

/** Whether programs can be loaded here; otherwise a loud skip, and a failure where CI is set. */
export function mayLoad(t: TestContext): boolean {
  const { missing, effective } = probeCapabilities();
  const isMissing = effective === undefined || missing.length > 0;
  const reason = unsupportedPlatform() ?? (isMissing ? `loading programs needs ${missing.join(" and ")}` : undefined);
  if (reason === undefined) return true;
  assert.ok(!process.env["CI"], reason);
  t.skip(`SKIPPED, NOT CHECKED: ${reason}`);
  return false;
}
