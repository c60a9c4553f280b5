// The doctor's checks: each looks at one thing and gives one finding. They take every fact from the DoctorSource
// and change nothing. The order of the table is the order of the lines.

import { bpfRights, kernelAtLeast, parseRelease } from "./doctor-facts.js";
import type { DoctorSource, FileResult, ProbeResult } from "./doctor-source.js";
import { reasonOf } from "./errors.js";
import { errorMessage } from "./io.js";
import { decodeBtf } from "../btf/decode.js";
import { decodeText } from "../util/bytes.js";

export type Level = "ok" | "warning" | "failure";

export interface Finding {
  readonly level: Level;
  readonly subject: string;
  readonly text: string;
  /** What to do; absent where nothing is to be done. */
  readonly cure?: string;
}

/** What a check says of its subject. */
type Verdict = Omit<Finding, "subject">;
type Check = (source: DoctorSource) => Verdict | Promise<Verdict>;

/** Checks that need nothing of the kernel come first: `tsbpf build` works wherever they are ok. */
const everywhere: readonly (readonly [string, Check])[] = [
  ["node", checkNode],
  ["typescript", checkTypescript],
  ["platform", checkPlatform],
];

const onLinux: readonly (readonly [string, Check])[] = [
  ["kernel", checkKernel],
  ["kernel types", checkKernelBtf],
  ["rights", checkRights],
  ["lockdown", checkLockdown],
  ["jit", checkJit],
  ["locked memory", checkMemlock],
  ["perf events", checkPerfParanoid],
  ["unprivileged", checkUnprivileged],
  ["attaching", checkAttaching],
  ["koffi", checkKoffi],
  ["program load", checkLoad],
];

export async function diagnose(source: DoctorSource): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const checks = source.platform === "linux" ? [...everywhere, ...onLinux] : everywhere;
  for (const [subject, check] of checks) findings.push({ subject, ...(await check(source)) });
  return findings;
}

function checkNode({ nodeVersion }: DoctorSource): Verdict {
  const [major = 0, minor = 0] = nodeVersion.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return ok(nodeVersion);
  return failure(`${nodeVersion} is older than 20.19`, "install Node 20.19 or newer (https://nodejs.org)");
}

function checkTypescript(source: DoctorSource): Verdict {
  const found = source.typescript();
  if ("error" in found) return failure(`${found.error}: nothing can be compiled`, "npm install (it comes with tsbpf)");
  // TypeScript 7 is another program and has no compiler API to build on.
  if (found.version.startsWith("6.")) return ok(found.version);
  return warning(`${found.version}: tsbpf is made for 6.x`, "npm install typescript@~6.0");
}

function checkPlatform({ platform, arch, endianness }: DoctorSource): Verdict {
  const name = `${platform} ${arch}`;
  if (platform !== "linux") {
    return failure(
      `${name}: programs can be compiled here, but only Linux runs them`,
      "run it on Linux (a virtual machine will do)",
    );
  }
  if (endianness !== "LE") {
    return failure(`${name} is big-endian, and objects are little-endian`, "use a little-endian machine (x64, arm64)");
  }
  if (arch === "x64" || arch === "arm64") return ok(name);
  return failure(`${name}: the loader knows x64 and arm64`, "use one of these; compiling works everywhere");
}

/** What a newer kernel brings to the tracer and to programs, by its first release. */
const kernelFeatures: readonly (readonly [version: string, feature: string])[] = [
  ["5.2", "global variables"],
  ["5.3", "loops"],
  ["5.8", "ring buffer and CAP_BPF"],
  ["5.11", "no locked-memory limit"],
];

function checkKernel({ kernelRelease }: DoctorSource): Verdict {
  if (parseRelease(kernelRelease) === undefined) {
    return warning(`release "${kernelRelease}" is not understood`, "compare it yourself: 4.17 or newer is needed");
  }
  if (!kernelAtLeast(kernelRelease, "4.17")) {
    return failure(
      `${kernelRelease} is older than 4.17, the first with raw tracepoints`,
      "boot a newer kernel (5.8 or newer is best)",
    );
  }
  const missing = kernelFeatures.filter(([version]) => !kernelAtLeast(kernelRelease, version));
  if (missing.length === 0) return ok(`${kernelRelease}, has raw tracepoints, ring buffer, CAP_BPF`);
  const list = missing.map(([version, feature]) => `${feature} (${version})`).join(", ");
  return warning(
    `${kernelRelease} has raw tracepoints but not: ${list}`,
    "boot a newer kernel if a program needs one of these",
  );
}

const VMLINUX_BTF = "/sys/kernel/btf/vmlinux";

function checkKernelBtf(source: DoctorSource): Verdict {
  const file = source.readFile(VMLINUX_BTF);
  if ("error" in file && file.error === "ENOENT") {
    return failure(
      `no ${VMLINUX_BTF}: CO-RE programs cannot be fitted to this kernel`,
      kernelAtLeast(source.kernelRelease, "5.4")
        ? "boot a kernel built with CONFIG_DEBUG_INFO_BTF=y (distribution kernels are)"
        : "boot a kernel from 5.4 on, built with CONFIG_DEBUG_INFO_BTF=y",
    );
  }
  if ("error" in file) {
    return failure(
      `${VMLINUX_BTF}: ${reasonOf(file.error)}`,
      "run as a user who may read it (mode 0444 on an ordinary system)",
    );
  }
  try {
    const btf = decodeBtf(file.bytes, VMLINUX_BTF);
    const known = btf.idsByEssentialName("task_struct").length > 0;
    if (known) return ok(`${btf.typeCount} types`);
    return failure("the kernel's BTF has no task_struct", "boot a kernel built with CONFIG_DEBUG_INFO_BTF=y");
  } catch (error) {
    return failure(
      `the kernel's BTF cannot be read: ${errorMessage(error)}`,
      "report this line and the kernel release as a bug of tsbpf",
    );
  }
}

function checkRights(source: DoctorSource): Verdict {
  const rights = bpfRights(source);
  if (rights === undefined) return warning("/proc/self/status cannot be read", "mount /proc");
  if (rights.missing.length === 0) return ok(rights.held);
  const cure = rights.separate
    ? "use sudo, or give only these: sudo setpriv --reuid $(id -u) --regid $(id -g) --init-groups " +
      "--inh-caps +bpf,+perfmon --ambient-caps +bpf,+perfmon COMMAND"
    : "use sudo (kernels before 5.8 have no CAP_BPF)";
  return failure(`missing ${rights.missing.join(" and ")}`, cure);
}

function checkLockdown(source: DoctorSource): Verdict {
  const file = source.readFile("/sys/kernel/security/lockdown");
  if ("error" in file) {
    return ok(
      file.error === "ENOENT" ? "not in this kernel, or securityfs is not mounted" : `unknown: ${reasonOf(file.error)}`,
    );
  }
  const mode = /\[(\w+)\]/.exec(textOf(file))?.[1] ?? "unknown";
  if (mode !== "confidentiality") return ok(mode);
  return failure(
    "confidentiality: the kernel lets no BPF program read its memory",
    "boot without lockdown=confidentiality (Secure Boot alone sets integrity, which is fine)",
  );
}

function checkJit(source: DoctorSource): Verdict {
  const file = source.readFile("/proc/sys/net/core/bpf_jit_enable");
  // In a container's network namespace the file does not exist; elsewhere only root may read it.
  if ("error" in file)
    return ok(file.error === "ENOENT" ? "unknown (not visible here)" : "unknown (only root can see it)");
  const value = textOf(file).trim();
  if (value !== "0") return ok(value === "2" ? "on, with debug output in the kernel log" : "on");
  return warning("off: programs are interpreted, several times slower", "sudo sysctl net.core.bpf_jit_enable=1");
}

/** What maps of a small tracer take with room to spare. */
const ENOUGH_LOCKED_BYTES = 64 << 20;

function checkMemlock(source: DoctorSource): Verdict {
  // Since 5.11 maps count towards the memory of the control group (kernel/bpf/syscall.c).
  if (kernelAtLeast(source.kernelRelease, "5.11")) return ok("no limit (since kernel 5.11)");
  const limits = source.readFile("/proc/self/limits");
  const soft = "bytes" in limits ? /^Max locked memory\s+(\S+)/m.exec(textOf(limits))?.[1] : undefined;
  if (soft === "unlimited") return ok("unlimited");
  if (bpfRights(source)?.canRaiseLimits) return ok(`${soft ?? "unknown"} bytes, raised when a program is loaded`);
  if (soft !== undefined && Number(soft) >= ENOUGH_LOCKED_BYTES) return ok(`${soft} bytes`);
  return warning(
    `${soft ?? "unknown"} bytes, and maps count towards it before kernel 5.11`,
    "use sudo, or raise it: ulimit -l unlimited (systemd: LimitMEMLOCK=infinity)",
  );
}

function checkPerfParanoid(source: DoctorSource): Verdict {
  const file = source.readFile("/proc/sys/kernel/perf_event_paranoid");
  if ("error" in file) {
    if (file.error !== "ENOENT") return ok(`unknown: ${reasonOf(file.error)}`);
    return failure("this kernel has no perf events", "boot a kernel built with CONFIG_PERF_EVENTS=y");
  }
  const level = textOf(file).trim();
  if (bpfRights(source)?.canPerf) return ok(`perf_event_paranoid ${level} (does not matter with the rights held)`);
  if (Number(level) <= 0) return ok(`perf_event_paranoid ${level}`);
  return warning(
    `perf_event_paranoid ${level}: perf event arrays need CAP_PERFMON`,
    "use sudo, or: sudo sysctl kernel.perf_event_paranoid=-1",
  );
}

/** What some kinds of programs need beside the rights; a kernel that lacks one still runs the other kinds. */
function checkAttaching(source: DoctorSource): Verdict {
  const has = (path: string): boolean => "bytes" in source.readFile(path);
  const modules = source.readFile("/sys/kernel/security/lsm");
  const lacks = [
    !has("/sys/bus/event_source/devices/kprobe/type") && "no kprobes (CONFIG_KPROBE_EVENTS)",
    !has("/sys/kernel/tracing/available_events") &&
      !has("/sys/kernel/debug/tracing/available_events") &&
      "no tracepoints with a group (tracefs is not mounted, or not to be read)",
    "bytes" in modules &&
      !decodeText(modules.bytes).trim().split(",").includes("bpf") &&
      'no security hooks ("bpf" is not in lsm= of the kernel\'s command line)',
  ].filter((lack) => lack !== false);
  return ok(lacks.length === 0 ? "kprobes, tracepoints and security hooks" : lacks.join("; "));
}

function checkUnprivileged(source: DoctorSource): Verdict {
  const file = source.readFile("/proc/sys/kernel/unprivileged_bpf_disabled");
  if ("error" in file) return ok("unknown");
  const value = textOf(file).trim();
  return ok(
    value === "0" ? "anyone may load socket filters (unprivileged_bpf_disabled 0)" : "only with rights, as usual",
  );
}

async function checkKoffi(source: DoctorSource): Promise<Verdict> {
  const found = await source.koffi();
  if ("version" in found) return ok(found.version);
  const [firstLine = ""] = found.error.split("\n");
  return failure(
    `does not load, so no program can: ${firstLine}`,
    "npm install koffi on this machine (its native part is an optional package: no --omit=optional)",
  );
}

async function checkLoad(source: DoctorSource): Promise<Verdict> {
  if (bpfRights(source)?.missing.length) return ok("not tried: rights are missing, see above");
  return loadVerdict(await source.probe());
}

/** Numbers: include/uapi/asm-generic/errno-base.h and errno.h. */
const EPERM = 1;
const ENOMEM = 12;
const ENOSYS = 38;

function loadVerdict(probe: ProbeResult): Verdict {
  if (probe.kind === "loaded") return ok("the kernel accepted a test program");
  if (probe.kind === "unavailable") return failure(`not possible: ${probe.reason}`, "see the lines above");
  switch (probe.errno) {
    case EPERM:
      return failure(
        "refused (EPERM) in spite of the rights: a container, seccomp or a security module forbids bpf(2)",
        "run outside the container, or with --privileged",
      );
    case ENOSYS:
      return failure("this kernel has no bpf(2) (ENOSYS)", "boot a kernel built with CONFIG_BPF_SYSCALL=y");
    case ENOMEM:
      return failure("not enough memory (ENOMEM)", "free memory, or raise the control group's limit");
    default:
      return failure(
        `refused with errno ${probe.errno}`,
        "look into dmesg, and report this line with the kernel release",
      );
  }
}

function ok(text: string): Verdict {
  return { level: "ok", text };
}

function warning(text: string, cure: string): Verdict {
  return { level: "warning", text, cure };
}

function failure(text: string, cure: string): Verdict {
  return { level: "failure", text, cure };
}

function textOf(file: Extract<FileResult, { bytes: Uint8Array }>): string {
  return decodeText(file.bytes);
}
