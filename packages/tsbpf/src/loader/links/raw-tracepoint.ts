// Attaches to raw tracepoints (BPF_RAW_TRACEPOINT_OPEN, Linux 4.17), and what was loaded for one target: tp_btf,
// fentry, fexit and lsm programs go through the same command without a name (Linux 5.5).

import type { Kernel } from "../../sys/kernel.js";
import { ProgType } from "../../bpf/program-kinds.js";
import { Errno } from "../../sys/errno.js";
import { decodeText } from "../../util/bytes.js";
import { LoaderError, NotSupportedError, systemError } from "../errors.js";
import { didYouMean } from "../../util/did-you-mean.js";
import { kernelRelease, permissionError, releaseAtLeast } from "../features.js";
import type { OpenProgram } from "../loaded-program.js";
import { heldBy, type Attachment } from "./link.js";

export function attachRawTracepoint(kernel: Kernel, program: OpenProgram): Attachment {
  const { target: tracepoint } = program;
  const doing = `attach program "${program.name}" to raw tracepoint "${tracepoint}"`;
  if (tracepoint === "") {
    throw new LoaderError(
      "ERR_ATTACH",
      `attach program "${program.name}": its section names no tracepoint (raw_tracepoint/NAME)`,
    );
  }
  const fd = kernel.rawTracepointOpen(tracepoint, program.fd);
  if (fd >= 0) return heldBy(kernel, fd);
  if (fd === -Errno.ENOENT) {
    const near = didYouMean(tracepoint, knownTracepoints(kernel));
    const hint = near === undefined ? "" : ` (did you mean "${near}"?)`;
    throw new LoaderError("ERR_ATTACH", `${doing}: this kernel has no such tracepoint${hint}`, { errno: fd });
  }
  if (fd === -Errno.EPERM || fd === -Errno.EACCES) throw permissionError(kernel, doing, fd);
  const release = kernelRelease(kernel);
  if (!releaseAtLeast(release, "4.17")) {
    throw new NotSupportedError(
      `${doing}: raw tracepoints need Linux 4.17, and this is ${release.text}`,
      "raw tracepoints",
      "4.17",
      { errno: fd },
    );
  }
  throw systemError("ERR_ATTACH", doing, fd);
}

export function attachTrampoline(kernel: Kernel, program: OpenProgram): Attachment {
  const doing = `attach program "${program.name}" to ${program.kind.name} "${program.target}"`;
  if (program.kind.progType === ProgType.LSM) checkSecurityModules(kernel, doing);
  const fd = kernel.rawTracepointOpen(undefined, program.fd);
  if (fd >= 0) return heldBy(kernel, fd);
  if (fd === -Errno.EPERM || fd === -Errno.EACCES) throw permissionError(kernel, doing, fd);
  const isRefused = fd === -Errno.ENOTSUPP || fd === -Errno.EOPNOTSUPP || fd === -Errno.EBUSY;
  const hint = isRefused ? "the kernel cannot patch this function: it may be inlined, or not be traceable" : undefined;
  throw systemError("ERR_ATTACH", doing, fd, hint);
}

/** Where "bpf" is not among the active security modules, hooks of BPF programs are never called. */
function checkSecurityModules(kernel: Kernel, doing: string): void {
  const bytes = kernel.readFile("/sys/kernel/security/lsm");
  const active = bytes && decodeText(bytes).trim().split(",");
  if (!active || active.includes("bpf")) return;
  throw new NotSupportedError(
    `${doing}: the kernel runs the security modules ${active.join(", ")}, and "bpf" is not among them ` +
      `(boot it with lsm=${[...active.filter((name) => name !== "capability"), "bpf"].join(",")})`,
    "BPF as a security module",
    undefined,
  );
}

/** Names without their group, where tracefs can be read; system calls have no raw tracepoints of their own. */
function knownTracepoints(kernel: Kernel): string[] {
  const bytes =
    kernel.readFile("/sys/kernel/tracing/available_events") ??
    kernel.readFile("/sys/kernel/debug/tracing/available_events");
  if (!bytes) return [];
  const events = decodeText(bytes)
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("syscalls:"));
  return events.map((line) => line.slice(line.indexOf(":") + 1));
}
