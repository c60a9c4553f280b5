// A program in the kernel, as the user sees it: attach it, or run it once.

import type { Kernel, KernelBytes } from "../sys/kernel.js";
import { ProgType, type ProgramKindSpec } from "../bpf/program-kinds.js";
import { Errno } from "../sys/errno.js";
import { LoaderError, NotSupportedError, systemError } from "./errors.js";
import { kernelRelease, releaseAtLeast } from "./features.js";
import { attachProgram } from "./links/attach.js";
import { createLink } from "./links/link.js";
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
    attach(options = {}) {
      checkOpen(program, owner);
      for (const used of program.usedMaps) {
        const map = maps.get(used);
        if (map && "open" in map) map.open();
      }
      const link = createLink(attachProgram(kernel, program, options), (closed) => owner.links.delete(closed));
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

/** MAX_BPF_FUNC_ARGS registers: the most context a raw tracepoint has. */
const RAW_TRACEPOINT_CONTEXT_BYTES = 12 * 8;

const packetTypes: ReadonlySet<number> = new Set([ProgType.XDP, ProgType.SCHED_CLS, ProgType.SOCKET_FILTER]);
/** ETH_HLEN */
const LEAST_PACKET_BYTES = 14;

/** How much longer than its input a packet may come out. */
const PACKET_GROWTH_BYTES = 512;

function testRun(kernel: Kernel, program: OpenProgram, options: TestRunOptions): TestRunOutcome {
  const { progType } = program.kind;
  const isRaw = progType === ProgType.RAW_TRACEPOINT;
  const zeros = isRaw ? new Uint8Array(RAW_TRACEPOINT_CONTEXT_BYTES) : undefined;
  // Some kernels run programs on less and some do not: on an interface there is none.
  if (packetTypes.has(progType) && (options.data?.length ?? 0) < LEAST_PACKET_BYTES) {
    const text = `run program "${program.name}": a packet has at least ${LEAST_PACKET_BYTES} bytes: testRun({ data })`;
    throw new LoaderError("ERR_VALUE", text);
  }
  const given = options.context ?? zeros;
  const context = given && own(given);
  const outcome = kernel.progTestRun(program.fd, {
    context,
    data: options.data && own(options.data),
    dataOutBytes: options.data ? options.data.length + PACKET_GROWTH_BYTES : 0,
    // Raw tracepoints refuse any count, others take 0 for 1 (bpf_prog_test_run_raw_tp).
    repeat: 0,
  });
  const { status, returnValue, durationNs, data } = outcome;
  if (status < 0) throw testRunError(kernel, program, status);
  // bpf_prog_test_run_syscall writes what the program left there back to where it came from.
  return { returnValue, durationNs, data, context: progType === ProgType.SYSCALL ? context : undefined };
}

/** The first release that runs programs of a type; 4.12 has it for packets. */
const testRunSince: Readonly<Partial<Record<number, string>>> = {
  [ProgType.RAW_TRACEPOINT]: "5.10",
  [ProgType.SYSCALL]: "5.14",
  [ProgType.TRACING]: "5.7",
};

function testRunError(kernel: Kernel, program: OpenProgram, status: number): Error {
  const doing = `run program "${program.name}"`;
  const { progType, name } = program.kind;
  const release = kernelRelease(kernel);
  const minimum = testRunSince[progType] ?? "4.12";
  const isUnknown = status === -Errno.ENOTSUPP || status === -Errno.EINVAL;
  if (isUnknown && !releaseAtLeast(release, minimum)) {
    const text = `${doing}: running ${name} programs needs Linux ${minimum}, and this is ${release.text}`;
    return new NotSupportedError(text, "BPF_PROG_TEST_RUN", minimum, { errno: status });
  }
  const hint = status === -Errno.ENOTSUPP ? `the kernel cannot run ${name} programs this way` : undefined;
  return systemError("ERR_SYSTEM", doing, status, hint);
}

function own(bytes: Uint8Array): KernelBytes {
  return new Uint8Array(bytes);
}
