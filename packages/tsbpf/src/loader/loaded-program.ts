// A program in the kernel, as the user sees it: attach it, or run it once.

import type { Kernel, KernelBytes } from "../sys/kernel.js";
import { ProgType, type ProgramKindSpec } from "../bpf/program-kinds.js";
import { Errno } from "../sys/errno.js";
import { LoaderError, NotSupportedError, systemError } from "./errors.js";
import { kernelRelease, releaseAtLeast } from "./features.js";
import { createLink } from "./links/link.js";
import { attachRawTracepoint } from "./links/raw-tracepoint.js";
import type { Link, LoadedMap, LoadedProgram, TestRunOptions, TestRunOutcome } from "./types.js";

export interface OpenProgram {
  readonly name: string;
  readonly section: string;
  readonly fd: number;
  readonly kind: ProgramKindSpec;
  /** What the section names after the kind: "sched_process_exec". */
  readonly target: string;
  readonly usedMaps: readonly string[];
}

/** What the program shares with its object. */
export interface ProgramOwner {
  readonly isClosed: boolean;
  readonly links: Set<Link>;
}

export function openProgram(
  kernel: Kernel,
  program: OpenProgram,
  maps: ReadonlyMap<string, LoadedMap>,
  owner: ProgramOwner,
): LoadedProgram {
  const { name, section, fd } = program;
  return {
    name,
    section,
    fd,
    attach() {
      checkOpen(program, owner);
      for (const used of program.usedMaps) {
        const map = maps.get(used);
        if (map && "open" in map) map.open();
      }
      const link = createLink(kernel, attachByKind(kernel, program), (closed) => owner.links.delete(closed));
      owner.links.add(link);
      return link;
    },
    testRun(options = {}) {
      checkOpen(program, owner);
      return testRun(kernel, program, options);
    },
  };
}

function checkOpen(program: OpenProgram, owner: ProgramOwner): void {
  if (owner.isClosed) throw new LoaderError("ERR_CLOSED", `use program "${program.name}": the object is closed`);
}

/** Gives the descriptor that keeps it attached. */
function attachByKind(kernel: Kernel, program: OpenProgram): number {
  const { kind, name, fd, target } = program;
  switch (kind.progType) {
    case ProgType.RAW_TRACEPOINT:
    case ProgType.RAW_TRACEPOINT_WRITABLE:
      return attachRawTracepoint(kernel, name, fd, target);
    default:
      throw new NotSupportedError(
        `attach program "${name}": attaching ${kind.name} programs is not supported yet (raw_tracepoint programs are)`,
        `attaching ${kind.name} programs`,
        undefined,
      );
  }
}

/** MAX_BPF_FUNC_ARGS registers: the most context a raw tracepoint has. */
const RAW_TRACEPOINT_CONTEXT_BYTES = 12 * 8;

function testRun(kernel: Kernel, program: OpenProgram, options: TestRunOptions): TestRunOutcome {
  const isRaw = program.kind.progType === ProgType.RAW_TRACEPOINT;
  const context = options.context ?? (isRaw ? new Uint8Array(RAW_TRACEPOINT_CONTEXT_BYTES) : undefined);
  const { status, returnValue, durationNs } = kernel.progTestRun(program.fd, {
    context: context && own(context),
    data: options.data && own(options.data),
    // Raw tracepoints refuse any count, others take 0 for 1 (bpf_prog_test_run_raw_tp).
    repeat: 0,
  });
  if (status >= 0) return { returnValue, durationNs };
  const doing = `run program "${program.name}"`;
  const release = kernelRelease(kernel);
  const minimum = isRaw ? "5.10" : "4.12";
  if ((status === -Errno.ENOTSUPP || status === -Errno.EINVAL) && !releaseAtLeast(release, minimum)) {
    throw new NotSupportedError(
      `${doing}: running ${program.kind.name} programs needs Linux ${minimum}, and this is ${release.text}`,
      "BPF_PROG_TEST_RUN",
      minimum,
      { errno: status },
    );
  }
  const hint = status === -Errno.ENOTSUPP ? `the kernel cannot run ${program.kind.name} programs this way` : undefined;
  throw systemError("ERR_SYSTEM", doing, status, hint);
}

function own(bytes: Uint8Array): KernelBytes {
  return new Uint8Array(bytes);
}
