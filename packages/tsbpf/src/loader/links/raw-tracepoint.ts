// Attaches a program to a raw tracepoint (BPF_RAW_TRACEPOINT_OPEN, Linux 4.17).

import type { Kernel } from "../../sys/kernel.js";
import { Errno } from "../../sys/errno.js";
import { decodeText } from "../../util/bytes.js";
import { LoaderError, NotSupportedError, didYouMean, systemError } from "../errors.js";
import { kernelRelease, permissionError, releaseAtLeast } from "../features.js";

/** Gives the descriptor that keeps the program attached. */
export function attachRawTracepoint(kernel: Kernel, program: string, progFd: number, tracepoint: string): number {
  const doing = `attach program "${program}" to raw tracepoint "${tracepoint}"`;
  if (tracepoint === "") {
    throw new LoaderError(
      "ERR_ATTACH",
      `attach program "${program}": its section names no tracepoint (raw_tracepoint/NAME)`,
    );
  }
  const fd = kernel.rawTracepointOpen(tracepoint, progFd);
  if (fd >= 0) return fd;
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
