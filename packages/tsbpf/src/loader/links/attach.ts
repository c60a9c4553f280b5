// How each kind of program is attached: one row for each type of program.

import type { Kernel } from "../../sys/kernel.js";
import { ProgType } from "../../bpf/program-kinds.js";
import { NotSupportedError } from "../errors.js";
import type { OpenProgram } from "../loaded-program.js";
import type { AttachOptions } from "../types.js";
import { attachToCgroup, attachToSocket } from "./cgroup.js";
import type { Attachment } from "./link.js";
import { attachClassifier, attachXdp } from "./network.js";
import { attachKprobe, attachPerfEvent, attachTracepoint } from "./perf-event.js";
import { attachRawTracepoint, attachTrampoline } from "./raw-tracepoint.js";

export type Attach = (kernel: Kernel, program: OpenProgram, options: AttachOptions) => Attachment;

const byType: Readonly<Partial<Record<number, Attach>>> = {
  [ProgType.RAW_TRACEPOINT]: attachRawTracepoint,
  [ProgType.RAW_TRACEPOINT_WRITABLE]: attachRawTracepoint,
  [ProgType.TRACING]: attachTrampoline,
  [ProgType.LSM]: attachTrampoline,
  [ProgType.TRACEPOINT]: attachTracepoint,
  [ProgType.KPROBE]: attachKprobe,
  [ProgType.PERF_EVENT]: attachPerfEvent,
  [ProgType.XDP]: attachXdp,
  [ProgType.SCHED_CLS]: attachClassifier,
  [ProgType.CGROUP_SKB]: attachToCgroup,
  [ProgType.CGROUP_SOCK]: attachToCgroup,
  [ProgType.CGROUP_SOCK_ADDR]: attachToCgroup,
  [ProgType.CGROUP_DEVICE]: attachToCgroup,
  [ProgType.CGROUP_SYSCTL]: attachToCgroup,
  [ProgType.CGROUP_SOCKOPT]: attachToCgroup,
  [ProgType.SOCK_OPS]: attachToCgroup,
  [ProgType.SOCKET_FILTER]: attachToSocket,
};

export function attachProgram(kernel: Kernel, program: OpenProgram, options: AttachOptions): Attachment {
  const attach = byType[program.kind.progType];
  if (attach) return attach(kernel, program, options);
  const isSyscall = program.kind.progType === ProgType.SYSCALL;
  throw new NotSupportedError(
    `attach program "${program.name}": ` +
      (isSyscall
        ? "syscall programs are run, not attached: use testRun({ context })"
        : `attaching ${program.kind.name} programs is not supported yet`),
    `attaching ${program.kind.name} programs`,
    undefined,
  );
}
