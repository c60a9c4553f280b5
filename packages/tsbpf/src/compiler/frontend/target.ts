// The oldest kernel that an object must run on: it decides how loops are made.

import { assert } from "../../util/assert.js";

export interface KernelVersion {
  readonly major: number;
  readonly minor: number;
}

/** "5.10"; undefined for what is no version. */
export function parseKernel(text: string): KernelVersion | undefined {
  const [, major, minor] = /^(\d{1,3})\.(\d{1,3})$/.exec(text) ?? [];
  return major === undefined || minor === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}

/** `version` is "X.Y". */
export function isAtLeast(kernel: KernelVersion, version: string): boolean {
  const wanted = parseKernel(version);
  assert(wanted, `'${version}' is no kernel version`);
  return kernel.major > wanted.major || (kernel.major === wanted.major && kernel.minor >= wanted.minor);
}

/** Before that release a jump back is refused (check_cfg, kernel/bpf/verifier.c). */
export const loopsSince = "5.3";

/** What is compiled for where nothing is said. */
export const defaultKernel: KernelVersion = { major: 5, minor: 10 };
