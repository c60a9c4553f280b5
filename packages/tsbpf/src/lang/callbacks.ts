// Functions that the kernel calls back, and what that means in plain Node.

import { LOOP_ROUNDS_MAX } from "../bpf/loops.js";
import type { i64, u32 } from "./types.js";

/** -E2BIG. */
const tooMany = -7n;

/**
 * Calls a function with 0, 1, 2 … up to but not including `count`, until it returns `true`. It may use and change the
 * variables around it. The verifier looks at one round only, so that there may be up to 8388608; more are refused
 * (-7). Gives the number of rounds. Requires Linux 5.17 or newer.
 */
export function bpfLoop(count: u32, callback: (index: u32) => boolean | void): i64 {
  if (count > LOOP_ROUNDS_MAX) return tooMany as i64;
  for (let index = 0; index < count; index++) {
    if (callback(index as u32) === true) return BigInt(index + 1) as i64;
  }
  return BigInt(count) as i64;
}
