// What this kernel and this process can do. Where a release number would do, a probe is still better, since
// distributions bring features back to older kernels; a probe runs only when the object needs the answer.

import { existsSync } from "node:fs";
import type { Kernel, KernelBytes } from "../sys/kernel.js";
import { encodeInsns } from "../bpf/isa.js";
import { call, exit, mov64Imm, mov64Reg, alu64Imm } from "../bpf/builders.js";
import { ProgType } from "../bpf/program-kinds.js";
import { Errno, describeErrno } from "../sys/errno.js";
import { KERNEL_BTF_PATH, systemFiles } from "../sys/linux.js";
import { ByteWriter, decodeText, encodeText } from "../util/bytes.js";
import { PermissionError } from "./errors.js";

type Files = Pick<Kernel, "readFile" | "release">;

export interface KernelRelease {
  /** "6.1.0-13-amd64". */
  readonly text: string;
  readonly major: number;
  readonly minor: number;
}

export function kernelRelease(files: Files = systemFiles): KernelRelease {
  const text = files.release();
  const match = /^(\d+)\.(\d+)/.exec(text);
  return { text, major: Number(match?.[1] ?? 0), minor: Number(match?.[2] ?? 0) };
}

/** Whether the release is `minimum` ("5.11") or newer. */
export function releaseAtLeast(release: KernelRelease, minimum: string): boolean {
  const [major = 0, minor = 0] = minimum.split(".").map(Number);
  return release.major > major || (release.major === major && release.minor >= minor);
}

/** Whether the kernel shows its own types (CONFIG_DEBUG_INFO_BTF), which CO-RE needs. */
export function hasKernelBtf(path: string = KERNEL_BTF_PATH): boolean {
  return existsSync(path);
}

export interface Capabilities {
  /** The effective set as the kernel's bit mask; undefined when /proc cannot be read. */
  readonly effective: bigint | undefined;
  readonly bpf: boolean;
  readonly perfmon: boolean;
  /** Which of CAP_BPF and CAP_PERFMON (CAP_SYS_ADMIN before Linux 5.8) this process lacks. */
  readonly missing: readonly string[];
}

/** Bits of include/uapi/linux/capability.h. */
const CAP_SYS_ADMIN = 21n;
const CAP_PERFMON = 38n;
const CAP_BPF = 39n;

export function probeCapabilities(files: Files = systemFiles): Capabilities {
  const status = files.readFile("/proc/self/status");
  const match = status && /^CapEff:\s*([0-9a-f]+)/m.exec(decodeText(status));
  if (!match) return { effective: undefined, bpf: false, perfmon: false, missing: [] };
  const effective = BigInt(`0x${match[1]}`);
  const has = (bit: bigint): boolean => ((effective >> bit) & 1n) === 1n;
  if (!releaseAtLeast(kernelRelease(files), "5.8")) {
    const admin = has(CAP_SYS_ADMIN);
    return { effective, bpf: admin, perfmon: admin, missing: admin ? [] : ["CAP_SYS_ADMIN"] };
  }
  const bpf = has(CAP_BPF) || has(CAP_SYS_ADMIN);
  const perfmon = has(CAP_PERFMON) || has(CAP_SYS_ADMIN);
  const missing = [...(bpf ? [] : ["CAP_BPF"]), ...(perfmon ? [] : ["CAP_PERFMON"])];
  return { effective, bpf, perfmon, missing };
}

/** The error for -EPERM or -EACCES where rights are the likely reason: it names the capability that is missing. */
export function permissionError(files: Files, doing: string, status: number): PermissionError {
  const { missing } = probeCapabilities(files);
  const old = missing.includes("CAP_SYS_ADMIN");
  const needs = old ? "needs CAP_SYS_ADMIN (or root) before Linux 5.8" : "needs CAP_BPF and CAP_PERFMON (or root)";
  if (missing.length > 0) {
    const verb = missing.length === 1 ? "is" : "are";
    return new PermissionError(`${doing}: ${needs}, and ${missing.join(" and ")} ${verb} missing`, missing, status);
  }
  const lockdown = files.readFile("/sys/kernel/security/lockdown");
  const locked = lockdown !== undefined && decodeText(lockdown).includes("[confidentiality]");
  const hint = locked
    ? "the kernel is locked down: /sys/kernel/security/lockdown says confidentiality"
    : "the capabilities are there: a user namespace, a container's seccomp filter or a security module may forbid it";
  return new PermissionError(`${doing}: ${describeErrno(status)} (${hint})`, [], status);
}

/** What the kernel may not know in an object's BTF. */
export type BtfFeature = "func_global" | "float" | "decl_tag" | "type_tag" | "enum64" | "datasec";

export interface FeatureProbes {
  btf(feature: BtfFeature): boolean;
  /** bpf_probe_read_kernel and its siblings, Linux 5.5. */
  probeReadKernel(): boolean;
}

/** Probes of one kernel, each made at most once. */
export function featureProbes(kernel: Kernel): FeatureProbes {
  const known = new Map<string, boolean>();
  const once = (name: string, probe: () => boolean): boolean => {
    let answer = known.get(name);
    if (answer === undefined) known.set(name, (answer = probe()));
    return answer;
  };
  return {
    btf: (feature) => once(feature, () => loadsBtf(kernel, btfProbes[feature]())),
    probeReadKernel: () => once("probe_read_kernel", () => hasProbeReadKernel(kernel)),
  };
}

/** Kinds of BTF records in the probes (include/uapi/linux/btf.h). */
const BtfKind = {
  INT: 1,
  PTR: 2,
  FUNC: 12,
  FUNC_PROTO: 13,
  VAR: 14,
  DATASEC: 15,
  FLOAT: 16,
  DECL_TAG: 17,
  TYPE_TAG: 18,
  ENUM64: 19,
} as const;

const STRINGS = "\0a\0x\0";
const NAME_A = 1;

const intType = [NAME_A, BtfKind.INT << 24, 4, 32 | (1 << 24)];
const btfProbes: Readonly<Record<BtfFeature, () => KernelBytes>> = {
  // void x(int a): a prototype, and a function of it with linkage "global".
  func_global: () =>
    probeBtf([...intType, 0, (BtfKind.FUNC_PROTO << 24) | 1, 0, NAME_A, 1, 3, (BtfKind.FUNC << 24) | 1, 2]),
  float: () => probeBtf([NAME_A, BtfKind.FLOAT << 24, 4]),
  decl_tag: () => probeBtf([...intType, 3, BtfKind.VAR << 24, 1, 0, NAME_A, BtfKind.DECL_TAG << 24, 2, 0xffffffff]),
  type_tag: () => probeBtf([...intType, NAME_A, BtfKind.TYPE_TAG << 24, 1, 0, BtfKind.PTR << 24, 2]),
  enum64: () => probeBtf([NAME_A, (BtfKind.ENUM64 << 24) | 1, 8, 3, 0, 0]),
  datasec: () => probeBtf([...intType, 3, BtfKind.VAR << 24, 1, 0, NAME_A, (BtfKind.DATASEC << 24) | 1, 4, 2, 0, 4]),
};

function probeBtf(words: readonly number[]): KernelBytes {
  const strings = encodeText(STRINGS);
  const out = new ByteWriter(128).u16(0xeb9f).u8(1).u8(0).u32(24);
  out
    .u32(0)
    .u32(words.length * 4)
    .u32(words.length * 4)
    .u32(strings.length);
  for (const word of words) out.u32(word);
  return out.raw(strings).finish();
}

function loadsBtf(kernel: Kernel, btf: KernelBytes): boolean {
  const fd = kernel.btfLoad(btf);
  if (fd >= 0) kernel.close(fd);
  // Without the right to load BTF nothing is known; the load of the object's own BTF will tell of it.
  return fd >= 0 || fd === -Errno.EPERM;
}

function hasProbeReadKernel(kernel: Kernel): boolean {
  const PROBE_READ_KERNEL = 113;
  const insns = encodeInsns([
    mov64Reg(1, 10),
    alu64Imm("ADD", 1, -8),
    mov64Imm(2, 8),
    mov64Imm(3, 0),
    call(PROBE_READ_KERNEL),
    mov64Imm(0, 0),
    exit(),
  ]);
  const fd = kernel.progLoad({
    type: ProgType.RAW_TRACEPOINT,
    expectedAttachType: 0,
    flags: 0,
    attachBtfId: 0,
    insns,
    license: "GPL",
    name: "probe",
    debug: undefined,
    log: undefined,
    logLevel: 0,
  });
  if (fd >= 0) kernel.close(fd);
  return fd >= 0 || fd === -Errno.EPERM;
}
