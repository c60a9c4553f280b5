// Facts behind several of the doctor's checks: kernel releases compared, and what a capability set allows.

import type { DoctorSource } from "./doctor-source.js";
import { decodeText } from "../util/bytes.js";

/** "6.1.0-13-amd64" is [6, 1]. */
export function parseRelease(release: string): readonly [major: number, minor: number] | undefined {
  const match = /^(\d+)\.(\d+)/.exec(release);
  return match ? [Number(match[1]), Number(match[2])] : undefined;
}

/** A release that is not understood counts as new: other checks tell what it really lacks. */
export function kernelAtLeast(release: string, version: string): boolean {
  const has = parseRelease(release);
  const wanted = parseRelease(version);
  if (has === undefined || wanted === undefined) return true;
  return has[0] > wanted[0] || (has[0] === wanted[0] && has[1] >= wanted[1]);
}

/** Bit numbers from include/uapi/linux/capability.h; BPF and PERFMON exist since 5.8. */
const CAP_SYS_ADMIN = 21;
const CAP_SYS_RESOURCE = 24;
const CAP_PERFMON = 38;
const CAP_BPF = 39;

export interface BpfRights {
  /** Names of the capabilities that tracing programs need and this process has not. */
  readonly missing: readonly string[];
  /** What gives it the right, for people. */
  readonly held: string;
  /** CAP_BPF and CAP_PERFMON exist on this kernel; before, only CAP_SYS_ADMIN does. */
  readonly separate: boolean;
  readonly canPerf: boolean;
  readonly canRaiseLimits: boolean;
}

/** From CapEff of /proc/self/status; undefined when it cannot be read. */
export function bpfRights(source: DoctorSource): BpfRights | undefined {
  const status = source.readFile("/proc/self/status");
  const hex = "bytes" in status ? /^CapEff:\s*([0-9a-f]+)/m.exec(decodeText(status.bytes))?.[1] : undefined;
  if (hex === undefined) return undefined;
  const effective = BigInt(`0x${hex}`);
  const has = (bit: number): boolean => ((effective >> BigInt(bit)) & 1n) === 1n;
  const separate = kernelAtLeast(source.kernelRelease, "5.8");
  const admin = has(CAP_SYS_ADMIN);
  // CAP_SYS_ADMIN implies both (bpf_capable and perfmon_capable in include/linux/capability.h).
  const bpf = admin || (separate && has(CAP_BPF));
  const perfmon = admin || (separate && has(CAP_PERFMON));
  const missing: string[] = [];
  if (!separate && !admin) missing.push("CAP_SYS_ADMIN");
  if (separate && !bpf) missing.push("CAP_BPF");
  if (separate && !perfmon) missing.push("CAP_PERFMON");
  return {
    missing,
    held: admin ? "CAP_SYS_ADMIN (it includes CAP_BPF and CAP_PERFMON)" : "CAP_BPF and CAP_PERFMON",
    separate,
    canPerf: perfmon,
    canRaiseLimits: has(CAP_SYS_RESOURCE),
  };
}
