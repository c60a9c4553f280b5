// One factory for each attach point. The exported name of what it returns is the program's name in the object.

import type {
  ArgumentRegisters,
  Connect4Context,
  Connect6Context,
  FentryContext,
  FexitContext,
  KprobeContext,
  KretprobeContext,
  LsmContext,
  PerfEventContext,
  SocketFilterContext,
  TcContext,
  TcResult,
  TpBtfContext,
  XdpContext,
  XdpResult,
} from "./contexts.js";
import type { u64 } from "./schemas.js";
import { withTailCalls } from "./tail-calls.js";
import type { ContextPointer, Program, RawTracepointArgs, RawTracepointContext, Schema } from "./types.js";

/** A handler that gives nothing back: the kernel wants 0 from it, which it gives by itself. */
type Observer<Context> = (ctx: Context) => void | undefined;

/**
 * A program on the raw tracepoint `name` (the kernel's name without its group: "sched_process_exec"). `ctx.args`
 * holds the tracepoint's arguments; give their types to read them as such:
 * `rawTracepoint("sched_process_exec", (ctx: RawTracepointContext<[Ptr<bpfCoreTaskStruct>, i32]>) => { … })`.
 * Requires Linux 4.17 or newer.
 */
export function rawTracepoint<Args extends readonly unknown[] = RawTracepointArgs>(
  name: string,
  handler: (ctx: RawTracepointContext<Args>) => number | void,
): Program<"raw_tracepoint"> {
  return program("raw_tracepoint", handler, name);
}

/**
 * A program on the tracepoint `name`, as {@link rawTracepoint}; the kernel knows the types of its arguments.
 * Requires Linux 5.5 or newer.
 */
export function tpBtf<Args extends readonly unknown[] = ArgumentRegisters>(
  name: string,
  handler: Observer<TpBtfContext<Args>>,
): Program<"tp_btf"> {
  return program("tp_btf", handler, name);
}

/**
 * A program on the tracepoint `name` with its group: "sched/sched_switch". `Fields` is a view of the kernel's
 * `trace_event_raw_…`: `tracepoint<bpfCoreTraceEventRawSchedSwitch>("sched/sched_switch", (ctx) => ctx.prev_pid)`.
 * Where perf records the event too, a handler that returns 0 (or nothing) keeps it from perf.
 * Requires Linux 4.7 or newer.
 */
export function tracepoint<Fields = unknown>(
  name: string,
  handler: (ctx: Fields & ContextPointer) => number | void,
): Program<"tracepoint"> {
  return program("tracepoint", handler, name);
}

/** A program at the beginning of the kernel function `name`. Requires Linux 4.1 or newer. */
export function kprobe<Args extends readonly unknown[] = ArgumentRegisters>(
  name: string,
  handler: (ctx: KprobeContext<Args>) => number | void,
): Program<"kprobe"> {
  return program("kprobe", handler, name);
}

/** A program at the return of the kernel function `name`. Requires Linux 4.1 or newer. */
export function kretprobe<Result = u64>(
  name: string,
  handler: (ctx: KretprobeContext<Result>) => number | void,
): Program<"kretprobe"> {
  return program("kretprobe", handler, name);
}

/** A program at the beginning of the kernel function `name`, cheaper than {@link kprobe}. Linux 5.5. */
export function fentry<Args extends readonly unknown[] = ArgumentRegisters>(
  name: string,
  handler: Observer<FentryContext<Args>>,
): Program<"fentry"> {
  return program("fentry", handler, name);
}

/** A program at the return of the kernel function `name`, cheaper than {@link kretprobe}. Linux 5.5. */
export function fexit<Args extends readonly unknown[], Result = u64>(
  name: string,
  handler: Observer<FexitContext<Args, Result>>,
): Program<"fexit"> {
  return program("fexit", handler, name);
}

/**
 * A program on the security hook `name` ("file_open"): 0 (or nothing) allows, a negated errno forbids. The kernel must
 * have "bpf" in its list of security modules. Requires Linux 5.7 or newer.
 */
export function lsm<Args extends readonly unknown[] = ArgumentRegisters>(
  name: string,
  handler: (ctx: LsmContext<Args>) => number | void,
): Program<"lsm"> {
  return program("lsm", handler, name);
}

/** A program on packets as a network driver receives them. Requires Linux 4.8 or newer. */
export function xdp(handler: (ctx: XdpContext) => XdpResult): Program<"xdp"> {
  return program("xdp", handler);
}

/**
 * A program on packets that an interface receives ("ingress") or sends ("egress"): tcx from Linux 6.6 on, a classifier
 * below.
 */
export function tc<Direction extends "ingress" | "egress">(
  direction: Direction,
  handler: (ctx: TcContext) => TcResult,
): Program<`tcx/${Direction}`> {
  return program(`tcx/${direction}`, handler);
}

/** A program on connect() to an IPv4 address by processes of a cgroup: false forbids it. Linux 4.17. */
export function cgroupConnect4(handler: (ctx: Connect4Context) => boolean): Program<"cgroup/connect4"> {
  return program("cgroup/connect4", handler);
}

/** A program on connect() to an IPv6 address by processes of a cgroup: false forbids it. Linux 4.17. */
export function cgroupConnect6(handler: (ctx: Connect6Context) => boolean): Program<"cgroup/connect6"> {
  return program("cgroup/connect6", handler);
}

/** A program on what a socket receives: how many bytes of the packet the socket gets, 0 for none. Linux 3.19. */
export function socketFilter(handler: (ctx: SocketFilterContext) => number): Program<"socket"> {
  return program("socket", handler);
}

/** A program on samples of a perf event. Requires Linux 4.9 or newer. */
export function perfEvent(handler: (ctx: PerfEventContext) => number | void): Program<"perf_event"> {
  return program("perf_event", handler);
}

/** A program that user space runs with a value of `schema`, which it may change. Requires Linux 5.14 or newer. */
export function syscall<Kernel>(
  schema: Schema<Kernel, unknown>,
  handler: (value: Kernel) => number | void,
): Program<"syscall"> {
  return program("syscall", handler, schema);
}

/** What the compiler reads from the call, plain Node has no use for. */
function program<Kind extends string>(
  kind: Kind,
  handler: Program<Kind>["handler"],
  ...forCompiler: readonly unknown[]
): Program<Kind> {
  void forCompiler;
  return { programKind: kind, handler: withTailCalls(handler) };
}
