// Attaches through perf events: to functions (kprobe, kretprobe), to tracepoints with their group, and to samples of
// the CPUs' clocks and counters. The program is given to the event by ioctl, which every kernel takes.

import type { Kernel, KernelBytes } from "../../sys/kernel.js";
import { packPerfSampling } from "../../sys/attr.js";
import { Errno } from "../../sys/errno.js";
import { decodeText } from "../../util/bytes.js";
import { onlineCpus } from "../cpus.js";
import { LoaderError, NotSupportedError, systemError } from "../errors.js";
import { didYouMean } from "../../util/did-you-mean.js";
import { permissionError } from "../features.js";
import type { OpenProgram } from "../loaded-program.js";
import type { AttachOptions } from "../types.js";
import type { Attachment } from "./link.js";

/** include/uapi/linux/perf_event.h */
const PERF_EVENT_IOC_ENABLE = 0x2400;
const PERF_EVENT_IOC_SET_BPF = 0x40042408;
const PERF_TYPE_TRACEPOINT = 2;

const perfEvents: Readonly<Record<string, { readonly type: number; readonly config: bigint }>> = {
  "cpu-clock": { type: 1, config: 0n },
  "task-clock": { type: 1, config: 1n },
  "page-faults": { type: 1, config: 2n },
  "context-switches": { type: 1, config: 3n },
  "cpu-cycles": { type: 0, config: 0n },
  instructions: { type: 0, config: 1n },
};

const probeFolder = "/sys/bus/event_source/devices/kprobe";

export function attachKprobe(kernel: Kernel, program: OpenProgram): Attachment {
  const { target, kind } = program;
  const doing = `attach program "${program.name}" to ${kind.name} "${target}"`;
  if (kind.name !== "kprobe" && kind.name !== "kretprobe") {
    throw new NotSupportedError(`${doing}: attaching ${kind.name} programs is not supported yet`, kind.name, undefined);
  }
  const type = kernel.readFile(`${probeFolder}/type`);
  if (!type) {
    throw new NotSupportedError(
      `${doing}: this kernel has no kprobes (it is built without CONFIG_KPROBE_EVENTS)`,
      "kprobes",
      "4.17",
    );
  }
  const config = kind.name === "kretprobe" ? returnBit(kernel) : 0n;
  const fd = kernel.perfProbeOpen({ type: Number(decodeText(type)), config, functionName: target });
  if (fd === -Errno.ENOENT || fd === -Errno.EADDRNOTAVAIL || fd === -Errno.EINVAL) {
    throw noFunction(kernel, doing, target, fd);
  }
  return withProgram(kernel, program, doing, [fd]);
}

/** "config:0" says which bit makes a return probe of it. */
function returnBit(kernel: Kernel): bigint {
  const format = kernel.readFile(`${probeFolder}/format/retprobe`);
  const bit = /config:(\d+)/.exec(format ? decodeText(format) : "")?.[1] ?? "0";
  return 1n << BigInt(bit);
}

function noFunction(kernel: Kernel, doing: string, target: string, errno: number): LoaderError {
  const symbols = kernel.readFile("/proc/kallsyms");
  const names = symbols ? Array.from(decodeText(symbols).matchAll(/^\w+ [tT] (\S+)/gm), (match) => match[1] ?? "") : [];
  if (names.includes(target)) return systemError("ERR_ATTACH", doing, errno, "the kernel allows no probe there");
  const near = didYouMean(target, names);
  const hint = near === undefined ? "" : ` (did you mean "${near}"?)`;
  return new LoaderError("ERR_ATTACH", `${doing}: this kernel has no such function${hint}`, { errno });
}

export function attachTracepoint(kernel: Kernel, program: OpenProgram): Attachment {
  const { target } = program;
  const doing = `attach program "${program.name}" to tracepoint "${target}"`;
  const id = readTracefs(kernel, `events/${target}/id`);
  if (id === undefined) throw noTracepoint(kernel, doing, target);
  const attr = packPerfSampling({ type: PERF_TYPE_TRACEPOINT, config: BigInt(id.trim()) });
  return withProgram(kernel, program, doing, [kernel.perfEventOpen(attr, 0)]);
}

function noTracepoint(kernel: Kernel, doing: string, target: string): LoaderError {
  const events = readTracefs(kernel, "available_events");
  if (events === undefined) {
    const hint = "mount -t tracefs tracefs /sys/kernel/tracing; tpBtf and rawTracepoint need none";
    return new LoaderError("ERR_ATTACH", `${doing}: its number stands in tracefs, which cannot be read (${hint})`);
  }
  const near = didYouMean(
    target,
    events
      .trim()
      .split("\n")
      .map((line) => line.replace(":", "/")),
  );
  const hint = near === undefined ? "" : ` (did you mean "${near}"?)`;
  return new LoaderError("ERR_ATTACH", `${doing}: this kernel has no such tracepoint${hint}`, { errno: Errno.ENOENT });
}

function readTracefs(kernel: Kernel, path: string): string | undefined {
  const bytes = kernel.readFile(`/sys/kernel/tracing/${path}`) ?? kernel.readFile(`/sys/kernel/debug/tracing/${path}`);
  return bytes && decodeText(bytes);
}

export function attachPerfEvent(kernel: Kernel, program: OpenProgram, options: AttachOptions): Attachment {
  const { event = "cpu-clock", frequency, period, cpu } = options;
  const doing = `attach program "${program.name}" to perf event "${event}"`;
  const source = perfEvents[event];
  if (!source) {
    throw new LoaderError("ERR_ATTACH", `${doing}: the events are ${Object.keys(perfEvents).join(", ")}`);
  }
  const rate = period === undefined ? { frequency: frequency ?? 99 } : { period };
  const attr = (): KernelBytes => packPerfSampling({ ...source, ...rate });
  const cpus = cpu === undefined ? onlineCpus(kernel) : [cpu];
  const fds: number[] = [];
  for (const one of cpus) {
    const fd = kernel.perfEventOpen(attr(), one);
    fds.push(fd);
    if (fd < 0) break;
  }
  return withProgram(kernel, program, doing, fds);
}

/** Gives the program to each event and starts it. Where one of them is an error, all are given back. */
function withProgram(kernel: Kernel, program: OpenProgram, doing: string, fds: readonly number[]): Attachment {
  let status = fds.find((fd) => fd < 0) ?? 0;
  for (const fd of fds) {
    if (status >= 0) status = kernel.ioctl(fd, PERF_EVENT_IOC_SET_BPF, program.fd);
    if (status >= 0) status = kernel.ioctl(fd, PERF_EVENT_IOC_ENABLE, 0);
  }
  const open = fds.filter((fd) => fd >= 0);
  const detach = (): void => open.forEach((fd) => kernel.close(fd));
  if (status >= 0) return { fd: open[0] ?? -1, detach };
  detach();
  if (status === -Errno.EPERM || status === -Errno.EACCES) throw permissionError(kernel, doing, status);
  const isMissing = status === -Errno.ENOENT || status === -Errno.EOPNOTSUPP || status === -Errno.ENODEV;
  throw systemError("ERR_ATTACH", doing, status, isMissing ? "this machine does not count such events" : undefined);
}
