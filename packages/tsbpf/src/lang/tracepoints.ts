// Text and arrays of any length in a tracepoint's record.

import { runHelper } from "./kernel-only.js";
import type { ContextPointer, u32, u64 } from "./types.js";

/**
 * Where the bytes are that a `__data_loc_…` field of a tracepoint's record speaks of:
 * `bpfProbeReadKernelStr(event.name, dataLoc(ctx, ctx.__data_loc_filename))`.
 */
export function dataLoc(ctx: ContextPointer, location: u32): u64 {
  return runHelper("dataLoc", ctx, location) as u64;
}
